"""Whoever turns to a record leaves a trace, also when the act itself is refused."""

from typing import Any

import pytest

from services.registry.tests.life import TERMS, as_officer, desk, problem
from services.registry.tests.world import ANA, Enrol, World, application

NOBODY = "00000001R"
CASE = {"case_reference": "EXP/2026/17"}
REFUSED = [
    ("enrolments", application(), "already-registered"),
    ("unfreezings", desk(), "not-frozen"),
    ("revocation-liftings", desk(**CASE), "not-revoked"),
    ("death-corrections", desk(**CASE), "not-deceased"),
    ("rehabilitations", desk(**TERMS), "not-renounced"),
]


async def seen_by(world: World, subject_id: str) -> list[Any]:
    """Read the reasons of the look-ups in a citizen's history, newest first."""
    answer = await world.http.get("/citizen/v1/history", headers=world.as_citizen(subject_id))
    entries = answer.json()["entries"]
    return [entry["reason"] for entry in entries if entry["action"] == "person-looked-up"]


@pytest.mark.parametrize(("path", "body", "code"), REFUSED)
async def test_a_refused_act_is_seen_by_the_person(
    world: World, enrol: Enrol, path: str, body: dict[str, Any], code: str
) -> None:
    entered = await enrol()
    world.clock.advance(world.deps.settings.phone_code_policy.resend_after)
    former = await seen_by(world, entered.subject_id)
    refused = await as_officer(world, path, {**body, "reason": "Quiero saber quién es"})
    assert problem(refused) == (409, code)
    assert await seen_by(world, entered.subject_id) == ["Quiero saber quién es", *former]


async def test_asking_for_nobody_is_kept_as_well(world: World) -> None:
    refused = await as_officer(world, "unfreezings", desk(national_id=NOBODY))
    assert problem(refused) == (409, "not-registered")
    kept = await world.deps.pool.fetchrow("SELECT * FROM lookup")
    assert kept is not None
    assert kept["national_id_hash"] == world.deps.keys.national_id.of(NOBODY)
    assert kept["subject_id"] is None


async def test_without_a_reason_nothing_is_told_and_nothing_kept(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    before = await world.deps.pool.fetchval("SELECT count(*) FROM lookup")
    refused = await as_officer(world, "freezes", desk(national_id=ANA, reason="  "))
    assert refused.json()["code"] == "reason-required"
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == before
