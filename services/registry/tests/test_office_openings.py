"""Offices open, close and open again, by a supervisor of their organisation."""

import asyncio
from typing import Any

import pytest
from clavis_registry.actions.offices import add_office, add_officer

from services.registry.tests.life import as_officer, problem, supervisor
from services.registry.tests.world import World

NEW = {"code": "MAD-9", "name": "Oficina Nueva", "municipality": "Madrid",
       "services": ["enrolment"]}  # fmt: skip
REASON = {"reason": "Cierre del edificio"}


@pytest.fixture
async def chief(world: World) -> str:
    return await supervisor(world)


async def opened(world: World, chief: str, **changes: Any) -> str:
    answer = await as_officer(world, "offices", {**NEW, **changes}, chief)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def found(world: World) -> list[str]:
    """List what citizens find."""
    answer = await world.http.get("/internal/v1/offices", headers=world.as_service("gateway"))
    return [office["code"] for office in answer.json()["offices"]]


async def works(world: World, officer: str) -> bool:
    answer = await world.http.get("/officer/v1/me", headers=world.as_officer(officer))
    return bool(answer.status_code == 200)


async def appoint(world: World, chief: str, office_id: str) -> Any:
    body = {
        "national_id": "00000002W",
        "office_id": office_id,
        "role": "officer",
        "name": "Eva Gil",
    }
    return await as_officer(world, "officers", body, chief)


async def test_a_supervisor_opens_an_office_that_citizens_find_and_staffs_it(
    world: World, chief: str
) -> None:
    office_id = await opened(world, chief)
    assert "MAD-9" in await found(world)
    eva = (await appoint(world, chief, office_id)).json()["subject_id"]
    assert await works(world, eva)
    kept = await world.deps.pool.fetchval(
        "SELECT actor_id::text FROM audit_event WHERE action = 'office-opened'"
    )
    assert kept == chief


async def test_of_two_offices_with_one_code_one_opens(world: World, chief: str) -> None:
    answers = await asyncio.gather(*(as_officer(world, "offices", NEW, chief) for _ in "12"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    taken = next(answer for answer in answers if answer.status_code == 409)
    assert taken.json()["code"] == "office-code-taken"


async def test_an_office_closes_when_nobody_works_there_any_more(world: World, chief: str) -> None:
    office_id = await opened(world, chief)
    eva = (await appoint(world, chief, office_id)).json()["subject_id"]
    busy = await as_officer(world, f"offices/{office_id}/closure", REASON, chief)
    assert problem(busy) == (409, "office-in-use")
    await as_officer(world, f"officers/{eva}/suspension", REASON, chief)
    closed = await as_officer(world, f"offices/{office_id}/closure", REASON, chief)
    assert closed.json()["closed_at"] is not None
    assert "MAD-9" not in await found(world)
    back = await as_officer(world, f"officers/{eva}/reinstatement", REASON, chief)
    assert problem(back) == (409, "office-closed")
    again = await as_officer(world, f"offices/{office_id}/reopening", REASON, chief)
    assert again.json()["closed_at"] is None
    back = await as_officer(world, f"officers/{eva}/reinstatement", REASON, chief)
    assert back.status_code == 200
    assert await works(world, eva)


async def test_of_a_closing_and_an_appointment_at_once_one_wins(world: World, chief: str) -> None:
    office_id = await opened(world, chief)
    closing, appointed = await asyncio.gather(
        as_officer(world, f"offices/{office_id}/closure", REASON, chief),
        appoint(world, chief, office_id),
    )
    codes = (closing.status_code, appointed.status_code)
    assert codes in {(200, 409), (409, 201)}, codes


async def test_nobody_closes_the_office_they_work_at(world: World, chief: str) -> None:
    own = await world.deps.pool.fetchval("SELECT office_id::text FROM office WHERE code = 'MAD-1'")
    refused = await as_officer(world, f"offices/{own}/closure", REASON, chief)
    assert problem(refused) == (409, "office-in-use")


async def test_a_closed_office_gives_nobody_powers(world: World) -> None:
    await world.deps.pool.execute("UPDATE office SET closed_at = now() WHERE code = 'MAD-1'")
    assert not await works(world, world.officer)


@pytest.mark.parametrize("path", ["closure", "reopening"])
async def test_only_a_supervisor_of_the_organisation_may(
    world: World, chief: str, path: str
) -> None:
    office_id = await opened(world, chief)
    refused = await as_officer(world, f"offices/{office_id}/{path}", REASON)
    assert problem(refused) == (403, "not-permitted")
    await add_office(world.deps, ("E002", "Otro organismo"), "BCN-1", "Oficina ajena")
    abroad = await add_officer(world.deps, "11111111H", "BCN-1", "supervisor", "Otto Gil")
    foreign = await as_officer(world, f"offices/{office_id}/{path}", REASON, abroad)
    assert problem(foreign) == (404, "office-not-found")
    blank = await as_officer(world, f"offices/{office_id}/{path}", {"reason": " "}, chief)
    assert problem(blank) == (422, "reason-required")


@pytest.mark.parametrize("changes", [{"code": "mad 9"}, {"hours": {"1": [["14:00", "09:00"]]}}])
async def test_an_office_that_makes_no_sense_does_not_open(
    world: World, chief: str, changes: dict[str, Any]
) -> None:
    refused = await as_officer(world, "offices", {**NEW, **changes}, chief)
    assert refused.status_code == 422
