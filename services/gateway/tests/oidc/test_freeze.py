"""A freeze ends what is open at once, and leaves one door: a certificate at our own portal."""

from __future__ import annotations

import asyncio

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import World, location
from services.gateway.tests.oidc.test_endings import learn, registered


def frozen(subject: str, version: int = 2) -> person_pb2.Frozen:
    return person_pb2.Frozen(
        subject_id=subject, version=version, origin=person_pb2.FREEZE_ORIGIN_REPORT
    )


async def somebody(world: World) -> str:
    subject = new_id()
    await learn(world, registered(subject))
    return subject


async def test_a_freeze_ends_sessions_codes_and_refresh_families(world: World) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    subject = await somebody(world)
    tokens = await world.tokens(subject_id=subject, scope="openid offline_access")
    unused = location(await world.authorize())["code"]
    await learn(world, frozen(subject))
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert await world.introspect(tokens["refresh_token"]) == {"active": False}
    assert (await world.refresh(tokens["refresh_token"])).status_code == 400
    assert (await world.exchange(unused)).status_code == 400
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    await world.peer.next_logout_token()
    claims = python_jose.get_unverified_claims(world.peer.logout_tokens[0][0])
    assert claims["sub"] == python_jose.get_unverified_claims(tokens["id_token"])["sub"]


@pytest.mark.parametrize("method", set(Method) - {Method.EIDAS})
async def test_no_method_opens_another_service(world: World, method: Method) -> None:
    await world.register()
    subject = await somebody(world)
    await learn(world, frozen(subject))
    target = await world.complete(await world.authorize(), subject, method, Loa.HIGH)
    assert target.error == "access_denied"


@pytest.mark.parametrize(
    ("method", "first_party", "error"),
    [
        (Method.CERTIFICATE_SOFTWARE, True, None),
        (Method.CERTIFICATE_QSCD, True, None),
        (Method.PASSKEY, True, "access_denied"),
        (Method.APP, True, "access_denied"),
        (Method.PERMANENT_OTP, True, "access_denied"),
        (Method.CERTIFICATE_QSCD, False, "access_denied"),
    ],
)
async def test_only_a_certificate_opens_the_portal(
    world: World, method: Method, first_party: bool, error: str | None
) -> None:
    await world.register("portal", first_party=first_party)
    subject = await somebody(world)
    await learn(world, frozen(subject))
    target = await world.complete(await world.authorize("portal"), subject, method, Loa.HIGH)
    assert target.error == error


async def test_that_session_serves_no_other_service(world: World) -> None:
    await world.register()
    await world.register("portal", first_party=True)
    subject = await somebody(world)
    await learn(world, frozen(subject))
    await world.complete(
        await world.authorize("portal"), subject, Method.CERTIFICATE_QSCD, Loa.HIGH
    )
    assert "code" in location(await world.authorize("portal"))
    assert (await world.authorize()).headers["location"].startswith("/login/")
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"


async def test_unfreezing_lets_everything_work_again(world: World) -> None:
    await world.register()
    subject = await somebody(world)
    await learn(world, frozen(subject))
    await learn(world, person_pb2.Unfrozen(subject_id=subject, version=3))
    assert await world.tokens(subject_id=subject)
    row = await world.deps.pool.fetchrow("SELECT status, frozen_since FROM person")
    assert tuple(row) == ("active", None)


async def test_a_freeze_leaves_the_status_and_survives_other_facts(world: World) -> None:
    subject = await somebody(world)
    await learn(world, frozen(subject))
    await learn(world, person_pb2.PhoneChanged(subject_id=subject, version=3, phone_verified=True))
    row = await world.deps.pool.fetchrow("SELECT status, status_since, frozen_since FROM person")
    assert tuple(row) == ("active", world.clock.now(), world.clock.now())


async def test_an_older_freeze_changes_nothing(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject, version=5))
    tokens = await world.tokens(subject_id=subject)
    await learn(world, frozen(subject, version=4))
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_a_renewed_identification_is_remembered(world: World) -> None:
    subject = await somebody(world)
    renewed = person_pb2.IdentificationRenewed(subject_id=subject, version=2)
    renewed.last_strong_identification_at.FromDatetime(world.clock.now())
    await learn(world, renewed)
    at = await world.deps.pool.fetchval("SELECT last_strong_identification_at FROM person")
    assert at == world.clock.now()


async def test_a_login_and_a_freeze_at_once_leave_nothing_alive(world: World) -> None:
    await world.register()
    for _ in range(5):
        subject = await somebody(world)
        opened = await world.authorize(prompt="login")
        target, _ = await asyncio.gather(
            world.complete(opened, subject), learn(world, frozen(subject))
        )
        if target.error is None:
            assert (await world.exchange(target.params["code"])).status_code == 400
        assert not await world.deps.pool.fetchval(
            "SELECT count(*) FROM sso_session WHERE subject_id = $1 AND ended_at IS NULL", subject
        )
