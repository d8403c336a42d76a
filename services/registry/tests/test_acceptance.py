"""The acceptance document: a tagged PDF with the activation code, once."""

import asyncio
import io
from datetime import timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from clavis_events.registry.v1 import contact_pb2
from clavis_registry.rules.activation_code import canonical

from services.registry.tests.life import CERTIFICATE, TERMS, as_officer, bearer, desk
from services.registry.tests.world import COMPLETION, Enrol, Prove, World

PATH = "/officer/v1/enrolments/{}/acceptance.pdf"


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def code_in(pdf: bytes) -> str:
    words = text_of(pdf).split()
    return next(word for word in words if canonical(word) and word.count("-") == 2)


@pytest.mark.parametrize(("language", "title"), [("es", "Documento de aceptación"),
                                                 ("en", "Acceptance document")])  # fmt: skip
async def test_it_says_what_was_accepted_in_the_language_of_the_terms(
    world: World, prove: Prove, language: str, title: str
) -> None:
    enrolment = await prove()
    await world.http.post(
        f"/officer/v1/enrolments/{enrolment}/completion",
        json={**COMPLETION, "terms_language": language},
        headers=world.as_officer(),
    )
    answer = await world.http.get(PATH.format(enrolment), headers=world.as_officer())
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content)
    for expected in (title, "Ana García Núñez", "12345678Z", "Oficina Centro", "2026-11"):
        assert expected in text


async def test_it_is_tagged_for_assistive_technology(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "es"
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.open_metadata().get("pdfuaid:part") == "1"


async def test_its_code_is_the_one_in_force(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
    code = canonical(code_in(answer.content))
    details = contact_pb2.ContactDetails.FromString(world.open_contact((await world.events())[-1]))
    expected = world.deps.keys.activation.of(f"{entered.subject_id}:{code}")
    assert details.activation_code_hash == expected
    assert details.version == 2


async def test_it_is_printed_once_however_many_ask(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answers = await asyncio.gather(
        *(
            world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
            for _ in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    refused = next(answer for answer in answers if answer.status_code == 410)
    assert refused.json()["code"] == "acceptance-already-printed"
    assert await world.deps.pool.fetchval("SELECT count(*) FROM activation_code") == 1


async def test_a_spoilt_print_is_made_again_with_a_new_code(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    first = await world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
    again = f"/officer/v1/enrolments/{entered.enrolment_id}/acceptance-reprints"
    refused = await world.http.post(again, json={"reason": ""}, headers=world.as_officer())
    assert refused.json()["code"] == "reason-required"
    allowed = await world.http.post(
        again, json={"reason": "La impresora se atascó"}, headers=world.as_officer()
    )
    assert allowed.status_code == 201
    second = await world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
    assert code_in(first.content) != code_in(second.content)
    states = await world.deps.pool.fetch("SELECT state FROM activation_code ORDER BY issued_at")
    assert sorted(row["state"] for row in states) == ["active", "replaced"]


async def test_a_day_later_no_enrolment_gives_a_code_of_an_absent_person(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    path = PATH.format(entered.enrolment_id)
    assert (await world.http.get(path, headers=world.as_officer())).status_code == 200
    world.clock.advance(timedelta(days=1))
    again = f"/officer/v1/enrolments/{entered.enrolment_id}/acceptance-reprints"
    body = {"reason": "La impresora se atascó"}
    late = await world.http.post(again, json=body, headers=world.as_officer())
    assert late.json()["code"] == "acceptance-too-late"
    late = await world.http.get(path, headers=world.as_officer())
    assert late.json()["code"] == "acceptance-too-late"


async def test_there_is_none_before_completion(world: World, prove: Prove) -> None:
    answer = await world.http.get(PATH.format(await prove()), headers=world.as_officer())
    assert (answer.status_code, answer.json()["code"]) == (409, "enrolment-not-completed")


async def test_the_code_is_nowhere_in_the_database(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.get(PATH.format(entered.enrolment_id), headers=world.as_officer())
    code = canonical(code_in(answer.content)) or ""
    tables = await world.deps.pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename NOT LIKE 'bff%' AND tablename <> 'event_log_default'"
    )
    for table in tables:
        rows = await world.deps.pool.fetch(f'SELECT t::text AS row FROM "{table["tablename"]}" t')  # noqa: S608
        assert all(code not in row["row"] for row in rows), table["tablename"]


async def test_another_address_brings_a_new_document_and_no_new_code(
    world: World, enrol: Enrol
) -> None:
    """BOE-A-2015-14215 section 3.2: signed again with the new data; the code stays."""
    await enrol()
    begun = await as_officer(world, "email-changes", desk(email="nueva@example.es"))
    path = f"email-changes/{begun.json()['change_id']}"
    assert (await as_officer(world, f"{path}/acceptance", {})).json()["code"] == "change-not-done"
    await as_officer(world, f"{path}/proof", {"code": world.outside.last_code()})
    await as_officer(world, f"{path}/completion", {})
    events = len(await world.events())
    printed = [await as_officer(world, f"{path}/acceptance", {}) for _ in range(2)]
    assert [one.status_code for one in printed] == [201, 201]
    assert "nueva@example.es" in text_of(printed[0].content)
    assert len(await world.events()) == events
    other = path.replace("email", "phone")
    assert (await as_officer(world, f"{other}/acceptance", {})).json()["code"] == "change-not-found"
    kept = await world.deps.pool.fetchval(
        "SELECT count(*) FROM audit_event WHERE action = 'acceptance-printed'"
    )
    assert kept == 2  # the person sees in the history that their data were taken out
    world.clock.advance(timedelta(days=2))
    assert (await as_officer(world, f"{path}/acceptance", {})).json()["code"] == "change-expired"


@pytest.mark.parametrize(
    ("kind", "named", "shown"),
    [
        ("email", {"email": "nueva@example.es"}, "nueva@example.es"),
        ("phone", {"mobile": "+34600999111"}, "+34600999111"),
    ],
)
async def test_who_changes_their_own_data_keeps_a_sealed_document(
    world: World, enrol: Enrol, kind: str, named: dict[str, str], shown: str
) -> None:
    entered = await enrol()
    world.clock.advance(timedelta(minutes=2))
    headers = bearer(world, entered.subject_id, **CERTIFICATE)
    begun = await world.http.post(f"/citizen/v1/{kind}-changes", json=named, headers=headers)
    path = f"/citizen/v1/{kind}-changes/{begun.json()['change_id']}"

    async def document() -> Any:
        fresh = bearer(world, entered.subject_id)
        return await world.http.get(f"{path}/acceptance.pdf", headers=fresh)

    assert (await document()).json()["code"] == "change-not-done"
    code = {"code": world.outside.last_code()}
    await world.http.post(f"{path}/proof", json=code, headers=headers)
    if kind == "phone":
        await world.http.post(f"{path}/completion", json=TERMS, headers=headers)
    made = await document()
    assert made.status_code == 200, made.text
    assert shown in text_of(made.content)
    assert b"/ETSI.CAdES.detached" in made.content
    await world.http.post("/citizen/v1/language", json={"language": "en"}, headers=headers)
    world.clock.advance(timedelta(days=2))
    assert (await document()).content == made.content


async def test_no_document_names_data_of_a_later_change(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id)
    body = {"email": "nueva@example.es"}
    begun = await world.http.post("/citizen/v1/email-changes", json=body, headers=headers)
    path = f"/citizen/v1/email-changes/{begun.json()['change_id']}"
    code = {"code": world.outside.last_code()}
    await world.http.post(f"{path}/proof", json=code, headers=headers)
    await world.http.post("/citizen/v1/language", json={"language": "en"}, headers=headers)
    late = await world.http.get(f"{path}/acceptance.pdf", headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "record-changed")
    other = path.replace("email", "phone")
    wrong = await world.http.get(f"{other}/acceptance.pdf", headers=headers)
    assert wrong.json()["code"] == "change-not-found"


async def test_a_change_of_phone_gives_no_code_of_somebody_who_left_long_ago(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    world.clock.advance(timedelta(minutes=2))
    begun = await as_officer(world, "phone-changes", desk(mobile="600999111"))
    path = f"phone-changes/{begun.json()['change_id']}"
    await as_officer(world, f"{path}/proof", {"code": world.outside.last_code()})
    assert (await as_officer(world, f"{path}/completion", TERMS)).json()["state"] == "done"
    world.clock.advance(timedelta(days=2))
    late = await as_officer(world, f"{path}/acceptance", {})
    assert (late.status_code, late.json()["code"]) == (410, "change-expired")
    assert await world.deps.pool.fetchval("SELECT count(*) FROM activation_code") == 0
