"""The citizen's own record, history and renunciation, over HTTP."""

import asyncio
import io

import pikepdf
from clavis_events.registry.v1 import person_pb2
from clavis_kit.loa import Loa

from services.registry.tests.test_acceptance import text_of
from services.registry.tests.world import ANA, COMPLETION, Enrol, Prove, World, deliver_due

RENUNCIATION = "/citizen/v1/renunciation"


async def test_citizens_see_their_record_with_contact_data_masked(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    answer = await world.http.get(
        "/citizen/v1/me", headers=world.as_citizen(entered.subject_id, Loa.LOW)
    )
    me = answer.json()
    assert (me["name"], me["national_id"], me["level"]) == ("Ana García Núñez", ANA, "advanced")
    assert (me["channel"], me["status"]) == ("office", "registered")
    assert me["document"] == {"kind": "dni", "expires_on": "2031-05-17"}
    assert (me["phone_masked"], me["email_masked"]) == ("******222", "a***@example.es")
    assert "600111222" not in answer.text


async def test_citizens_see_who_looked_at_them_and_why(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    lookup = {"national_id": ANA, "reason": "Consulta por teléfono"}
    found = await world.http.post("/officer/v1/lookups", json=lookup, headers=world.as_officer())
    assert found.json()["initials"] == "A. G. N."
    assert found.json()["national_id"] == "***4567**"
    answer = await world.http.get(
        "/citizen/v1/history", headers=world.as_citizen(entered.subject_id)
    )
    newest_last = reversed(answer.json()["entries"])
    entries = {entry["action"]: entry for entry in newest_last}
    assert entries["person-looked-up"]["reason"] == "Consulta por teléfono"
    assert entries["person-looked-up"]["office"] == "Oficina Centro"
    assert entries["enrolled"]["actor"] == "officer"
    assert "Olga" not in answer.text


async def test_a_look_up_that_finds_nobody_is_kept_too(world: World) -> None:
    lookup = {"national_id": ANA, "reason": "Consulta por teléfono"}
    answer = await world.http.post("/officer/v1/lookups", json=lookup, headers=world.as_officer())
    assert answer.json()["found"] is False
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == 1
    lookup["reason"] = ""
    refused = await world.http.post("/officer/v1/lookups", json=lookup, headers=world.as_officer())
    assert refused.json()["code"] == "reason-required"


async def test_renouncing_ends_the_identity_with_proof_event_and_notice(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    answer = await world.http.post(RENUNCIATION, json={"confirmed": True}, headers=headers)
    assert answer.status_code == 201
    event = (await world.events())[-1]
    assert isinstance(event, person_pb2.Renounced)
    assert event.version == 2
    proof = await world.http.get(answer.json()["proof"], headers=headers)
    assert "Ana García Núñez" in text_of(proof.content)
    with pikepdf.open(io.BytesIO(proof.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
    await deliver_due(world.deps)
    assert "renuncia" in world.outside.sent[-1]["body"]


async def test_a_living_token_of_an_ended_identity_opens_nothing_else(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    await world.http.post(RENUNCIATION, json={"confirmed": True}, headers=headers)
    for path in ("/citizen/v1/me", "/citizen/v1/history"):
        answer = await world.http.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "citizen-not-active")
    again = await world.http.post(RENUNCIATION, json={"confirmed": True}, headers=headers)
    assert again.status_code == 401


async def test_renouncing_many_times_at_once_happens_once(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    answers = await asyncio.gather(
        *(world.http.post(RENUNCIATION, json={"confirmed": True}, headers=headers) for _ in "12345")
    )
    assert [answer.status_code for answer in answers].count(201) == 1
    assert (await world.event_names()).count("Renounced") == 1


async def test_an_advanced_identity_needs_a_stronger_login_to_end(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id, Loa.LOW)
    answer = await world.http.post(RENUNCIATION, json={"confirmed": True}, headers=headers)
    assert answer.status_code == 401
    assert Loa.SUBSTANTIAL.acr in answer.headers["www-authenticate"]


async def test_an_unconfirmed_renunciation_changes_nothing(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    answer = await world.http.post(RENUNCIATION, json={"confirmed": False}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "confirmation-required")
    assert (await world.http.get("/citizen/v1/me", headers=headers)).status_code == 200


async def test_another_person_cannot_fetch_the_proof(world: World, enrol: Enrol) -> None:
    ana = await enrol()
    eva = await enrol(national_id="00000001R", mobile="600333444")
    answer = await world.http.post(
        RENUNCIATION, json={"confirmed": True}, headers=world.as_citizen(ana.subject_id)
    )
    stolen = await world.http.get(answer.json()["proof"], headers=world.as_citizen(eva.subject_id))
    assert (stolen.status_code, stolen.json()["code"]) == (404, "renunciation-not-found")


async def test_one_who_renounced_comes_back_at_an_office_as_the_same_subject(
    world: World, enrol: Enrol, prove: Prove
) -> None:
    entered = await enrol()
    await world.http.post(
        RENUNCIATION, json={"confirmed": True}, headers=world.as_citizen(entered.subject_id)
    )
    enrolment = await prove()
    done = await world.http.post(
        f"/officer/v1/enrolments/{enrolment}/completion",
        json=COMPLETION,
        headers=world.as_officer(),
    )
    assert done.json()["subject_id"] == entered.subject_id
    event = (await world.events())[-2]
    assert isinstance(event, person_pb2.Registered)
    assert event.version == 3
