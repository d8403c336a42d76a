"""Invitation letters from the request to the receipt, over HTTP and on the database."""

import asyncio
import base64
from datetime import date, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_registry.actions.letter_tending import tend_letters
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.sealing import verify

from services.registry.tests.citizens import (
    CONTRAST,
    ask_letter,
    on_record,
    printed_code,
    terms,
)
from services.registry.tests.world import ANA, Enrol, World

NOBODY = "00000001R"


async def outcomes(world: World) -> list[str]:
    rows = await world.deps.pool.fetch("SELECT outcome FROM letter_request ORDER BY requested_at")
    return [row["outcome"] for row in rows]


async def states(world: World) -> list[str]:
    rows = await world.deps.pool.fetch("SELECT state FROM letter ORDER BY requested_at")
    return [row["state"] for row in rows]


async def complete(world: World, csv: str, **changes: Any) -> Any:
    body = {"national_id": ANA, "contrast": CONTRAST, "csv": csv, "mobile": "600111222",
            "email": "ana@example.es", "language": "es"}  # fmt: skip
    return await world.http.post(
        "/internal/v1/letter-completions",
        json={**body, **changes},
        headers=world.as_service("gateway"),
    )


async def prove(world: World, completion_id: str, **changes: Any) -> Any:
    body = {"code": world.outside.last_code(), **terms(), **changes}
    return await world.http.post(
        f"/internal/v1/letter-completions/{completion_id}/proof",
        json=body,
        headers=world.as_service("gateway"),
    )


async def status(world: World, **changes: Any) -> Any:
    body = {"national_id": ANA, "contrast": CONTRAST, **changes}
    answer = await world.http.post(
        "/internal/v1/letter-status", json=body, headers=world.as_service("gateway")
    )
    return answer.json()


async def test_by_letter_a_person_is_enrolled_at_the_basic_level(world: World) -> None:
    await on_record(world)
    assert (await ask_letter(world)).json() == {"outcome": "accepted"}
    csv = await printed_code(world)
    begun = (await complete(world, csv)).json()
    assert (begun["outcome"], begun["phone_hint"]) == ("code_sent", "222")
    entry = (await prove(world, begun["completion_id"])).json()
    assert (entry["outcome"], entry["level"]) == ("registered", "basic")
    registered, _ = await world.events()
    assert isinstance(registered, person_pb2.Registered)
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_LETTER
    assert not registered.HasField("last_strong_identification_at")
    assert await states(world) == ["used"]


async def test_the_receipt_is_handed_out_once_with_a_code_that_counts(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    begun = (await complete(world, await printed_code(world))).json()
    entry = (await prove(world, begun["completion_id"])).json()
    fetch = {"receipt_token": entry["receipt_token"]}
    headers = world.as_service("gateway")
    one, two = await asyncio.gather(
        *(world.http.post("/internal/v1/receipts", json=fetch, headers=headers) for _ in "12")
    )
    assert sorted([one.status_code, two.status_code]) == [200, 410]
    receipt = (one if one.status_code == 200 else two).json()
    pdf = base64.b64decode(receipt["receipt_pdf"])
    sealed = await asyncio.to_thread(verify, pdf, world.deps.seal.chain)
    assert sealed
    assert sealed.valid
    typed = receipt["activation_code"].replace("-", "")
    kept = await world.deps.pool.fetchval("SELECT code_hash FROM activation_code")
    assert kept == world.deps.keys.activation.bound(entry["subject_id"], typed)


async def test_the_code_of_a_letter_is_nowhere_but_on_paper(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = (await printed_code(world)).replace("-", "")
    row = dict(await world.deps.pool.fetchrow("SELECT * FROM letter"))
    assert csv not in str(row)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "queued"),
        ({"address": None}, "no_address"),
        ({"birth_date": date(2010, 1, 1)}, "not_invitable"),
    ],
)
async def test_what_becomes_of_a_request_only_the_office_sees(
    world: World, changes: dict[str, Any], outcome: str
) -> None:
    await on_record(world, **changes)
    assert (await ask_letter(world)).json() == {"outcome": "accepted"}
    assert await outcomes(world) == [outcome]


async def test_unknown_people_and_wrong_data_get_the_same_answer_and_no_letter(
    world: World,
) -> None:
    await on_record(world)
    unknown = await ask_letter(world, national_id=NOBODY)
    wrong = await ask_letter(world, contrast="18/05/2031")
    right = await ask_letter(world)
    assert unknown.content == wrong.content == right.content
    assert await outcomes(world) == ["mismatch", "mismatch", "queued"]


async def test_a_request_from_one_source_too_many_is_refused_whoever_it_is_for(
    world: World,
) -> None:
    limit = world.deps.settings.requests_per_hour
    answers = [await ask_letter(world, national_id=NOBODY) for _ in range(limit)]
    assert {answer.status_code for answer in answers} == {200}
    await on_record(world)
    refused = await ask_letter(world)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    world.clock.advance(timedelta(hours=1))
    assert (await ask_letter(world)).status_code == 200


async def test_a_second_letter_is_sent_when_the_first_could_have_come(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    first = await printed_code(world)
    await ask_letter(world)
    assert await states(world) == ["printed"]
    world.clock.advance(timedelta(days=10))
    await ask_letter(world)
    assert await states(world) == ["replaced", "queued"]
    second = await printed_code(world)
    assert (await complete(world, first)).json()["outcome"] == "mismatch"
    assert (await complete(world, second)).json()["outcome"] == "code_sent"


async def test_wrong_answers_are_all_the_same(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await printed_code(world)
    other = "2222-2222-2222-2222"
    answers = [
        await complete(world, csv, national_id=NOBODY),
        await complete(world, csv, contrast="18/05/2031"),
        await complete(world, other),
        await complete(world, other, national_id=NOBODY),
    ]
    assert len({(a.status_code, a.content) for a in answers}) == 1
    assert answers[0].json()["outcome"] == "mismatch"


async def test_five_wrong_codes_end_the_letter_of_who_knows_the_document(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await printed_code(world)
    for _ in range(5):
        await complete(world, "2222-2222-2222-2222")
    assert (await complete(world, csv)).json()["outcome"] == "mismatch"
    assert await states(world) == ["blocked"]
    assert (await status(world))["state"] == "blocked"


async def test_nobody_ends_a_letter_without_knowing_the_document(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await printed_code(world)
    for _ in range(8):
        await complete(world, "2222-2222-2222-2222", contrast="18/05/2031")
    assert (await complete(world, csv)).json()["outcome"] == "code_sent"


async def test_tries_at_a_number_are_limited_known_or_not(world: World) -> None:
    await on_record(world)
    limit = world.deps.settings.way_in_tries_per_hour
    answers = {}
    for number in (ANA, NOBODY):
        for _ in range(limit):
            await complete(world, "2222-2222-2222-2222", national_id=number)
        answers[number] = (await complete(world, "2222-2222-2222-2222", national_id=number)).json()
    assert answers[ANA] == answers[NOBODY]
    assert answers[ANA]["outcome"] == "limited"


async def test_a_letter_counts_for_sixty_days(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await printed_code(world)
    world.clock.advance(timedelta(days=60))
    assert (await complete(world, csv)).json()["outcome"] == "mismatch"
    await tend_letters(world.deps)
    assert await states(world) == ["expired"]


async def test_of_two_completions_with_one_letter_one_enters(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await printed_code(world)
    first = (await complete(world, csv)).json()["completion_id"]
    first_code = world.outside.last_code()
    second = (await complete(world, csv, mobile="600999888")).json()["completion_id"]
    done = await asyncio.gather(prove(world, first, code=first_code), prove(world, second))
    assert sorted(answer.status_code for answer in done) == [200, 409]
    assert await states(world) == ["used"]


async def test_a_wrong_phone_code_and_unread_terms_enter_nobody(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    begun = (await complete(world, await printed_code(world))).json()
    wrong = (await prove(world, begun["completion_id"], code="000000")).json()
    assert wrong["outcome"] == "wrong"
    unread = await prove(world, begun["completion_id"], accepted=False)
    assert unread.json()["code"] == "terms-not-accepted"
    assert (await prove(world, begun["completion_id"])).json()["outcome"] == "registered"


async def test_a_renounced_person_does_not_come_back_by_letter(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await world.http.post(
        "/citizen/v1/renunciation",
        json={"confirmed": True},
        headers=world.as_citizen(entered.subject_id),
    )
    await on_record(world)
    assert (await ask_letter(world)).json() == {"outcome": "accepted"}
    assert await outcomes(world) == ["not_invitable"]


async def test_who_knows_the_document_sees_where_the_letter_is(world: World) -> None:
    await on_record(world)
    assert (await status(world))["state"] == "none"
    await ask_letter(world)
    assert (await status(world))["state"] == "queued"
    assert (await status(world))["address_hint"] == "C***, 28013"
    assert await status(world, contrast="18/05/2031") == await status(world, national_id=NOBODY)


async def test_an_expired_document_cannot_be_enrolled_by_letter(world: World) -> None:
    old = Document(DocumentKind.DNI, None, date(2011, 5, 17), date(2021, 5, 17))
    await on_record(world, document=old)
    await ask_letter(world, contrast="17/05/2021")
    refused = await complete(world, await printed_code(world), contrast="17/05/2021")
    assert refused.json()["code"] == "document-expired"
