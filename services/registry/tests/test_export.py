"""The person's own data, whole, and nobody else's."""

import io
import json
import re
from typing import Any

import pikepdf
import pypdfium2
import pytest
from clavis_registry import texts
from clavis_registry.actions.deaths import Death, record_death
from clavis_registry.store.exports import SECTIONS

from services.registry.tests.life import CERTIFICATE, as_officer, bearer, desk, supervisor
from services.registry.tests.world import ANA, NOW, Enrol, World

# Tables about a person that an export leaves out, and why.
LEFT_OUT = {
    "approval": "its outcome is among the acts; its text names officers",
    "enrolment": "the acts of an office; what they rest on is among the evidence",
}


async def exported(world: World, subject_id: str) -> Any:
    answer = await world.http.get("/citizen/v1/export.json", headers=world.as_citizen(subject_id))
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return json.loads(answer.content)


async def test_everything_about_the_person_is_in_it(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await world.http.post(
        "/officer/v1/lookups", json={"national_id": ANA, "reason": "Consulta en ventanilla"},
        headers=world.as_officer(),
    )  # fmt: skip
    body = await exported(world, entered.subject_id)
    (person,) = body["person"]
    assert (person["national_id"], person["given_name"]) == (ANA, "Ana")
    assert body["contact"][0]["email"] == "ana@example.es"
    assert body["documents"][0]["kind"] == "dni"
    assert body["lookups"][-1]["reason"] == "Consulta en ventanilla"
    assert body["evidence"][0]["facts"]["channel"] == "office"
    assert body["video_cases"] == []
    assert set(SECTIONS) <= set(body)


async def test_neither_secrets_nor_officers_nor_other_people_are_in_it(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await enrol(national_id="00000001R", given_name="Zoilo", mobile="600111333")
    text = json.dumps(await exported(world, entered.subject_id))
    code_hash = await world.deps.pool.fetchval("SELECT code_hash FROM phone_code LIMIT 1")
    for absent in ("Zoilo", "Olga", world.officer, code_hash, "payload_salt", "code_hash"):
        assert absent not in text


async def test_taking_the_data_is_in_the_history(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await exported(world, entered.subject_id)
    history = await world.http.get(
        "/citizen/v1/history", headers=world.as_citizen(entered.subject_id)
    )
    assert "data-exported" in {entry["action"] for entry in history.json()["entries"]}


async def test_the_document_is_accessible_and_says_what_it_is(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.get(
        "/citizen/v1/export.pdf", headers=world.as_citizen(entered.subject_id)
    )
    assert answer.status_code == 200, answer.text
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("es")
        assert "pdfuaid" in bytes(pdf.Root.Metadata.read_bytes()).decode()


async def test_the_document_says_in_words_what_the_registry_keeps_by_codes(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    answer = await world.http.get(
        "/citizen/v1/export.pdf", headers=world.as_citizen(entered.subject_id)
    )
    read = pypdfium2.PdfDocument(answer.content)
    text = " ".join("".join(page.get_textpage().get_text_range() for page in read).split())
    for words in ("Nivel avanzado", "Acto Registro", "Documento comprobado: Sí", "Español"):
        assert words in text, words
    for code in ("advanced", "enrolled", "document_checked", "True", "None", "spaniard"):
        assert code not in text, code


async def test_no_table_about_a_person_is_forgotten(world: World) -> None:
    rows = await world.deps.pool.fetch(
        """
        SELECT DISTINCT table_name FROM information_schema.columns
         WHERE table_schema = 'public'
           AND column_name IN ('subject_id', 'national_id_hash', 'case_id')
        """
    )
    tables = {row["table_name"] for row in rows}
    written = " ".join(SECTIONS.values())
    forgotten = {
        table for table in tables if not re.search(rf"(FROM|JOIN) {table}\b", written)
    } - set(LEFT_OUT)
    assert not forgotten


def test_every_section_has_a_title_in_every_language() -> None:
    for language in texts.TEXT_LANGUAGES:
        assert set(texts.texts(language)["export"]["sections"]) == set(SECTIONS)


@pytest.mark.parametrize("ending", ["renounced", "revoked"])
async def test_after_the_end_a_certificate_still_reads_what_is_kept(
    world: World, enrol: Enrol, ending: str
) -> None:
    entered = await enrol()
    if ending == "renounced":
        headers = world.as_citizen(entered.subject_id)
        await world.http.post("/citizen/v1/renunciation", json={"confirmed": True}, headers=headers)
    else:
        case = desk(case_reference="EXP/2026/17", cause="security")
        await as_officer(world, "revocations", case, await supervisor(world))
    headers = bearer(world, entered.subject_id, **CERTIFICATE)
    body = (await world.http.get("/citizen/v1/export.json", headers=headers)).json()
    assert body["person"][0]["status"] == ending
    history = (await world.http.get("/citizen/v1/history", headers=headers)).json()["entries"]
    assert {ending, "data-exported"} <= {entry["action"] for entry in history}


async def test_after_a_death_nobody_reads(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await record_death(world.deps, Death(ANA, NOW.date(), "RC-1"))
    headers = bearer(world, entered.subject_id, **CERTIFICATE)
    assert (await world.http.get("/citizen/v1/export.json", headers=headers)).status_code == 401


async def test_an_ended_identity_exports_nothing(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    await world.http.post("/citizen/v1/renunciation", json={"confirmed": True}, headers=headers)
    for kind in ("json", "pdf"):
        answer = await world.http.get(f"/citizen/v1/export.{kind}", headers=headers)
        assert answer.status_code == 401
