"""The spool of letters at the offices: who sees it, who prints, what the post reports."""

import asyncio
from typing import Any

import pytest
from clavis_registry.actions.offices import add_office, add_officer

from services.registry.tests.citizens import CONTRAST, ask_letter, code_on_paper, on_record
from services.registry.tests.life import as_officer
from services.registry.tests.test_letters import complete, states
from services.registry.tests.world import ANA, World

PRINT = {"reason": "Cola de hoy"}


@pytest.fixture
async def abroad(world: World) -> str:
    """An officer of another organisation."""
    await add_office(world.deps, ("E002", "Otro organismo"), "BCN-1", "Oficina ajena")
    return await add_officer(world.deps, "11111111H", "BCN-1", "officer", "Otto Gil")


async def invite(world: World, **changes: Any) -> Any:
    body = {"national_id": ANA, "language": "es", "reason": "Campaña de invitaciones"}
    return (await as_officer(world, "letters", body | changes)).json()["outcome"]


async def spool(world: World, who: str | None = None, state: str = "queued") -> list[str]:
    answer = await world.http.get(
        f"/officer/v1/letters?state={state}", headers=world.as_officer(who)
    )
    return [letter["letter_id"] for letter in answer.json()["letters"]]


async def test_the_printer_reports_by_reference_or_by_scan(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    headers = world.as_officer()
    spool = (await world.http.get("/officer/v1/letters", headers=headers)).json()["letters"]
    letter_id = spool[0]["letter_id"]
    one, two = await asyncio.gather(
        *(as_officer(world, f"letters/{letter_id}/print", {"reason": "Cola de hoy"}) for _ in "12")
    )
    assert sorted([one.status_code, two.status_code]) == [200, 409]
    sent = await world.http.post(f"/officer/v1/letters/{letter_id}/sent", headers=headers)
    assert sent.status_code == 204
    again = await world.http.post(f"/officer/v1/letters/{letter_id}/sent", headers=headers)
    assert again.json()["code"] == "letter-not-printed"
    back = await world.http.post(
        "/officer/v1/letter-returns", json={"scanned": letter_id.upper()}, headers=headers
    )
    assert back.json() == {"letter_id": letter_id}
    assert await states(world) == ["returned"]


async def test_a_returned_letter_is_found_by_its_code(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await code_on_paper(world)
    back = await world.http.post(
        "/officer/v1/letter-returns", json={"scanned": csv}, headers=world.as_officer()
    )
    assert back.status_code == 200
    assert (await complete(world, csv)).json()["outcome"] == "mismatch"


async def test_an_officer_invites_and_hears_why_not(world: World) -> None:
    headers = world.as_officer()
    body = {"national_id": ANA, "language": "es", "reason": "Campaña de invitaciones"}

    async def invite() -> Any:
        answer = await world.http.post("/officer/v1/letters", json=body, headers=headers)
        return answer.json()["outcome"]

    assert await invite() == "mismatch"
    await on_record(world, address=None)
    assert await invite() == "no_address"
    await on_record(world)
    assert await invite() == "queued"
    assert await invite() == "already_queued"


async def test_whoever_invites_has_another_officer_print(world: World) -> None:
    await on_record(world)
    assert await invite(world) == "queued"
    (letter_id,) = await spool(world)
    own = await as_officer(world, f"letters/{letter_id}/print", PRINT)
    assert (own.status_code, own.json()["code"]) == (403, "own-invitation")
    colleague = await add_officer(world.deps, "22222222J", "MAD-1", "officer", "Carla Gil")
    printed = await as_officer(world, f"letters/{letter_id}/print", PRINT, colleague)
    assert printed.status_code == 200
    assert await states(world) == ["printed"]


async def test_another_organisation_has_no_part_in_a_letter(world: World, abroad: str) -> None:
    await on_record(world)
    await invite(world)
    (letter_id,) = await spool(world)
    assert await spool(world, abroad) == []
    for path, body in (("print", PRINT), ("sent", {})):
        refused = await as_officer(world, f"letters/{letter_id}/{path}", body, abroad)
        assert (refused.status_code, refused.json()["code"]) == (404, "letter-not-found")
    csv = await code_on_paper(world)
    for scanned in (letter_id, csv):
        back = await as_officer(world, "letter-returns", {"scanned": scanned}, abroad)
        assert back.json()["code"] == "letter-not-found"
    assert await states(world) == ["printed"]
    looked = await world.deps.pool.fetchval(
        "SELECT count(*) FROM lookup WHERE officer_subject_id = $1", abroad
    )
    assert looked == 0


async def test_an_office_of_the_same_organisation_prints(world: World) -> None:
    await add_office(world.deps, ("E001", "Agencia"), "MAD-2", "Oficina Norte")
    north = await add_officer(world.deps, "33333333P", "MAD-2", "officer", "Nora Gil")
    await on_record(world)
    await invite(world)
    (letter_id,) = await spool(world, north)
    printed = await as_officer(world, f"letters/{letter_id}/print", PRINT, north)
    assert printed.status_code == 200


async def test_letters_of_no_office_are_printed_by_the_organisation_that_is_named(
    world: World, abroad: str
) -> None:
    await on_record(world)
    await ask_letter(world, contrast=CONTRAST)
    assert len(await spool(world)) == 1
    assert await spool(world, abroad) == []
