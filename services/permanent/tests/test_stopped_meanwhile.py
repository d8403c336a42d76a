"""A freeze between the reading and the writing: what was proved before it changes nothing after."""

from collections.abc import Callable
from typing import Any

import pytest
from clavis_permanent.actions import changes
from clavis_permanent.actions.new_passwords import Expired, prepare
from clavis_permanent.rules.facts import Proof
from clavis_permanent.store import authenticator_apps
from clavis_permanent.store.authenticator_apps import CodeAttempt

from services.permanent.tests.holders import Holder
from services.permanent.tests.world import PASSWORD, World

OTHER = "Another1!horse"


def freezing_after(world: World, subject_id: str, step: Callable[..., Any]) -> Callable[..., Any]:
    """Do a step, then freeze the person before what follows it."""

    async def stepped(*args: Any) -> Any:
        done = await step(*args)
        await world.tell(world.frozen(subject_id, version=2))
        return done

    return stepped


async def test_a_code_of_an_app_read_before_a_freeze_confirms_nothing(world: World) -> None:
    subject_id = await world.enrol()
    holder = Holder(world, subject_id)
    _, app_id = await holder.add_app()
    now = world.clock.now()
    attempt = CodeAttempt(app_id, step=2**40, resealed=None, used_for="x", at=now)
    policy = world.deps.authenticators.second_factors
    await world.tell(world.frozen(subject_id, version=2))
    assert await authenticator_apps.settle_code(world.pool, attempt, policy) is None
    used = "SELECT last_used_at FROM authenticator_app"
    assert await world.pool.fetchval(used) is None


@pytest.mark.parametrize("way", ["recovery", "change"])
async def test_a_password_prepared_before_a_freeze_is_not_put_in_force(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    subject_id = await world.enrol()
    await world.activate()
    ended: object
    slow = freezing_after(world, subject_id, prepare)
    monkeypatch.setattr(changes, "prepare", slow)
    if way == "recovery":
        ended = await changes.recover_own(world.deps, subject_id, OTHER, Proof.CERTIFICATE)
    else:
        own = changes.OwnChange(subject_id, PASSWORD, OTHER, otp=None, otp_scope="x")
        ended = await changes.change_own(world.deps, own)
    assert ended == Expired()
    assert [name for name, _ in await world.events()] == ["PasswordActivated", "ActivationCodeUsed"]
