"""What the statements do to a phone and an activation code is what the rules allow, each cell."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from clavis_kit.ids import new_id
from clavis_registry.rules.credentials import (
    ACTIVATION_CODE,
    PHONE,
    CodeAct,
    CodeState,
    PhoneAct,
    PhoneState,
)
from clavis_registry.store import Unit

from services.registry.tests.world import Enrol, World

MOBILE = "+34600999888"
PHONE_ROWS = {
    PhoneState.UNVERIFIED: "phone_verified_at = NULL, phone_lost_at = NULL",
    PhoneState.VERIFIED: "phone_verified_at = now(), phone_lost_at = NULL",
    PhoneState.REVOKED_BY_TAKEOVER: "phone_verified_at = NULL, phone_lost_at = now()",
}
CODE_ROWS = {
    CodeState.ACTIVE: "state = 'active'",
    CodeState.USED: "state = 'used', used_at = now()",
    CodeState.BLOCKED: "state = 'blocked', blocked_at = now()",
    CodeState.REPLACED: "state = 'replaced', replaced_at = now()",
}
Play = Callable[[Unit, str, datetime], Awaitable[object]]
PHONE_ACTS: dict[PhoneAct, Play] = {
    PhoneAct.PROVE: lambda unit, who, at: unit.contacts.put_phone(who, MOBILE, at),
    PhoneAct.LOSE: lambda unit, who, at: unit.contacts.lose_phone(who, at),
    PhoneAct.RELEASE: lambda unit, who, _: unit.contacts.release_phone(who),
    PhoneAct.RESTORE: lambda unit, who, at: unit.contacts.restore_phone(who, at),
}
CODE_ACTS: dict[CodeAct, Play] = {
    CodeAct.USE: lambda unit, who, at: unit.activation_codes.use(who, at),
    CodeAct.BLOCK: lambda unit, who, at: unit.activation_codes.block(who, at),
    CodeAct.REPLACE: lambda unit, who, at: unit.activation_codes.withdraw(who, at),
}


async def play(world: World, act: Play, subject_id: str) -> None:
    async with world.deps.transaction() as unit:
        await act(unit, subject_id, world.clock.now() + timedelta(minutes=1))


@pytest.mark.parametrize(("state", "act"), list(itertools.product(PhoneState, PhoneAct)))
async def test_a_phone(world: World, enrol: Enrol, state: PhoneState, act: PhoneAct) -> None:
    subject_id = (await enrol()).subject_id
    await world.deps.pool.execute(f"UPDATE contact SET {PHONE_ROWS[state]}")  # noqa: S608
    await play(world, PHONE_ACTS[act], subject_id)
    async with world.deps.transaction() as unit:
        contact = await unit.contacts.get(subject_id)
    assert contact is not None
    allowed = PHONE[state, act]
    assert contact.phone_state is (allowed or state)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(CodeState, CodeAct)))
async def test_an_activation_code(
    world: World, enrol: Enrol, state: CodeState, act: CodeAct
) -> None:
    subject_id = (await enrol()).subject_id
    async with world.deps.transaction() as unit:
        await unit.activation_codes.replace(new_id(), subject_id, "hash", world.clock.now())
    await world.deps.pool.execute(f"UPDATE activation_code SET {CODE_ROWS[state]}")  # noqa: S608
    await play(world, CODE_ACTS[act], subject_id)
    found = await world.deps.pool.fetchval("SELECT state FROM activation_code")
    assert found == (ACTIVATION_CODE[state, act] or state)
