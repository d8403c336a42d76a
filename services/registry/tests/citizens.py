"""People whom the civil register knows and the registry does not yet."""

import dataclasses
from datetime import date, timedelta
from typing import Any

from clavis_registry.actions.census import CensusEntry, take_census
from clavis_registry.actions.letter_spool import count_printed, make_letter
from clavis_registry.actions.letters import judge_requests
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.letter import new_csv, shown
from clavis_registry.rules.person import PersonName
from clavis_registry.store.evidence import Actor
from clavis_registry.store.postal import PostalAddress

from services.registry.tests.world import ANA, World

CONTRAST = "17/05/2031"
HOME = PostalAddress(("Calle Mayor 1, 2.º B",), "28013", "Madrid", "Madrid")
ANA_ON_RECORD = CensusEntry(
    national_id=ANA,
    name=PersonName("Ana", "García", "Núñez"),
    birth_date=date(1985, 6, 1),
    document=Document(DocumentKind.DNI, None, date(2021, 5, 17), date(2031, 5, 17)),
    address=HOME,
)


async def on_record(world: World, **changes: Any) -> CensusEntry:
    """Let the civil register know Ana; changes replace members."""
    entry = dataclasses.replace(ANA_ON_RECORD, **changes)
    await take_census(world.deps, [entry], "test-register")
    return entry


async def ask_letter(world: World, **changes: Any) -> Any:
    """Ask for a letter as the gateway does."""
    body = {"national_id": ANA, "contrast": CONTRAST, "language": "es", "source": "192.0.2.1"}
    answer = await world.http.post(
        "/internal/v1/letters", json={**body, **changes}, headers=world.as_service("gateway")
    )
    await judge_requests(world.deps)
    return answer


async def printed_code(world: World) -> str:
    """Print the letter that waits and return its code as printed."""
    letter_id = await world.deps.pool.fetchval(
        "SELECT letter_id::text FROM letter WHERE state = 'queued'"
    )
    csv, pdf = await make_letter(world.deps, letter_id)
    assert pdf.startswith(b"%PDF-")
    await count_printed(world.deps, Actor("operator"), letter_id, csv)
    return shown(csv)


async def code_on_paper(world: World) -> str:
    """Put the letter that waits in force without drawing it; return its code as printed."""
    letter_id = await world.deps.pool.fetchval(
        "SELECT letter_id::text FROM letter WHERE state = 'queued'"
    )
    csv = new_csv(world.deps.random_below)
    await count_printed(world.deps, Actor("operator"), letter_id, csv)
    return shown(csv)


def terms(**changes: Any) -> dict[str, Any]:
    """Return the acceptance of the terms in force."""
    return {"terms_version": "2026-11", "terms_language": "es", "accepted": True, **changes}


async def enter_by_letter(world: World) -> str:
    """Enrol Ana by letter; return the code that she keeps on paper."""
    await on_record(world)
    await ask_letter(world)
    csv, headers = await code_on_paper(world), world.as_service("gateway")
    typed = {"national_id": ANA, "contrast": CONTRAST, "csv": csv, "mobile": "600111222",
             "email": "ana@example.es", "language": "es"}  # fmt: skip
    path = "/internal/v1/letter-completions"
    begun = (await world.http.post(path, json=typed, headers=headers)).json()
    proof = {"code": world.outside.last_code(), **terms()}
    entered = await world.http.post(
        f"{path}/{begun['completion_id']}/proof", json=proof, headers=headers
    )
    assert entered.json()["outcome"] == "registered", entered.text
    world.clock.advance(timedelta(minutes=2))
    return csv
