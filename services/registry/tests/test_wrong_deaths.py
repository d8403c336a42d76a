"""Deaths that were none: of people the registry never knew, and told again in any order."""

from typing import Any

from services.registry.tests.life import as_officer, decide, desk, problem, supervisor
from services.registry.tests.world import ANA, Enrol, World, application

CASE = {"case_reference": "EXP/2026/17"}


async def tell(world: World, chief: str, reference: str) -> str:
    body = {"national_id": ANA, "died_on": "2026-03-01", "source_reference": reference,
            "reason": "Comunicado en ventanilla"}  # fmt: skip
    answer = await as_officer(world, "deaths", body, chief)
    outcome: str = answer.json()["outcome"]
    return outcome


async def correct(world: World, chief: str) -> Any:
    proposed = await as_officer(world, "death-corrections", desk(**CASE))
    assert proposed.status_code in {200, 201, 202}, proposed.text
    return await decide(world, proposed.json()["approval_id"], chief)


async def test_a_wrong_death_of_one_who_never_enrolled_is_put_right(world: World) -> None:
    chief = await supervisor(world)
    assert await tell(world, chief, "RC-1") == "unknown_person"
    refused = await as_officer(world, "enrolments", application())
    assert problem(refused)[1] == "person-deceased"
    assert (await correct(world, chief)).json()["state"] == "approved"
    begun = await as_officer(world, "enrolments", application())
    assert begun.status_code == 201


async def test_every_wrong_entry_stays_wrong(world: World, enrol: Enrol) -> None:
    await enrol()
    chief = await supervisor(world)
    for reference in ("RC-1", "RC-2"):
        assert await tell(world, chief, reference) == "recorded"
        await correct(world, chief)
    assert await tell(world, chief, "RC-1") == "already_known"
    status = "SELECT status FROM person WHERE national_id = $1"
    assert await world.deps.pool.fetchval(status, ANA) == "registered"
    assert await tell(world, chief, "RC-3") == "recorded"


async def test_who_is_not_dead_has_no_death_to_correct(world: World) -> None:
    refused = await as_officer(world, "death-corrections", desk(**CASE))
    assert problem(refused) == (409, "not-registered")
