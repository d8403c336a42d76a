"""Enrolment, level up and renewal with a certificate, signed by an outside tool."""

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_registry.rules.person import PersonName
from clavis_registry.trust import build_judge, load_anchors
from clavis_registry.ways_in_settings import WaysInSettings
from clavis_testkit.pki import CertificateKind, OcspResponder, create_demo_pki

from services.registry.tests.citizens import CONTRAST, ask_letter, on_record, printed_code, terms
from services.registry.tests.signing_citizen import (
    CONTACT,
    Citizen,
    known,
    newcomer,
)
from services.registry.tests.world import ANA, NOW, Enrol, World


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry-pki")
    create_demo_pki(
        folder, now=NOW, crl_base_url="http://pki.test/crl", ocsp_url="http://pki.test/ocsp"
    )
    return folder


@pytest.fixture
def judged(world: World, pki: Path) -> Iterator[World]:
    """A registry that judges certificates, with the issuers' services in memory."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/ocsp":
            der = OcspResponder(pki).answer(request.content, now=world.clock.now())
            return httpx.Response(200, content=der)
        return httpx.Response(200, content=(pki / "crl" / Path(request.url.path).name).read_bytes())

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    settings = WaysInSettings(trust_anchors_dir=pki / "trust")
    anchors = load_anchors(settings)
    assert anchors is not None
    judge = build_judge(settings, anchors, http, world.clock)
    app: Any = world.http._transport
    app.app.state.deps = dataclasses.replace(world.deps, certificates=judge)
    yield world
    app.app.state.deps = world.deps


@pytest.fixture
async def citizen(judged: World, pki: Path) -> Citizen:
    await known(judged)
    return Citizen(judged, await newcomer(judged), pki)


async def clock(world: World) -> Any:
    return await world.deps.pool.fetchval(
        "SELECT last_strong_identification_at FROM person WHERE national_id = $1", ANA
    )


async def test_a_software_certificate_makes_advanced_and_feeds_no_clock(citizen: Citizen) -> None:
    act_id, entry = await citizen.through()
    assert (entry["outcome"], entry["level"]) == ("registered", "advanced")
    registered, _ = await citizen.world.events()
    assert isinstance(registered, person_pb2.Registered)
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_CERTIFICATE_SOFTWARE
    assert await clock(citizen.world) is None
    receipt = await citizen.post(f"/certificate-enrolments/{act_id}/receipt")
    assert receipt.content.startswith(b"%PDF-")
    again = await citizen.post(f"/certificate-enrolments/{act_id}/receipt")
    assert again.status_code == 410


async def test_the_identity_card_feeds_the_clock(citizen: Citizen) -> None:
    _, entry = await citizen.through(CertificateKind.DNIE_SIGNING)
    assert entry["outcome"] == "registered"
    registered, _ = await citizen.world.events()
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_CERTIFICATE_DNIE
    assert await clock(citizen.world) == NOW


async def test_what_is_signed_is_the_same_document_every_time(citizen: Citizen) -> None:
    act_id = await citizen.proved()
    assert await citizen.request(act_id) == await citizen.request(act_id)


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (CertificateKind.EXPIRED, "signature-not-accepted", "certificate-expired"),
        (CertificateKind.REVOKED, "signature-not-accepted", "certificate-revoked"),
        (CertificateKind.UNKNOWN_ISSUER, "signature-not-accepted", "certificate-unknown-issuer"),
        (CertificateKind.REPRESENTATIVE, "signature-not-accepted", "certificate-representative"),
        (CertificateKind.DNIE, "signature-not-accepted", "certificate-not-for-signing"),
    ],
)
async def test_each_other_certificate_is_refused_for_its_own_reason(
    citizen: Citizen, kind: CertificateKind, code: str, reason: str
) -> None:
    act_id = await citizen.proved()
    answer = await citizen.hand_in(act_id, citizen.signed(await citizen.request(act_id), kind))
    assert (answer.json()["code"], answer.json()["reason"]) == (code, reason)
    assert await citizen.world.events() == []


async def test_a_signature_of_something_else_is_none(citizen: Citizen) -> None:
    act_id = await citizen.proved()
    await citizen.request(act_id)
    answer = await citizen.hand_in(act_id, citizen.signed(b"something else"))
    assert answer.json()["code"] == "signature-invalid"
    junk = await citizen.hand_in(act_id, "not base64!")
    assert junk.json()["code"] == "signature-invalid"


async def test_nobody_signs_for_another(judged: World, pki: Path) -> None:
    answer = await judged.http.post(
        "/internal/v1/subjects",
        json={
            "national_id": "00000001R",
            "evidence": {"given_name": "EVA", "first_surname": "GIL"},
        },
        headers=judged.as_service("gateway"),
    )
    await on_record(judged, national_id="00000001R", name=PersonName("Eva", "Gil"))
    eva = Citizen(judged, answer.json()["subject_id"], pki)
    act_id = await eva.proved()
    signed = await eva.hand_in(act_id, eva.signed(await eva.request(act_id)))
    assert signed.json()["code"] == "signer-differs"


async def test_a_difference_from_the_register_is_shown_and_accepted_or_corrected(
    judged: World, pki: Path
) -> None:
    await known(judged, name=PersonName("Ana María", "García", "López"))
    citizen = Citizen(judged, await newcomer(judged), pki)
    shown = (await citizen.post("/certificate-enrolments", **CONTACT)).json()
    assert shown == {
        "outcome": "mismatch", "certificate_name": "ANA GARCÍA LÓPEZ",
        "record_name": "Ana María García López",
    }  # fmt: skip
    _, entry = await citizen.through(record_prevails=True)
    assert entry["outcome"] == "registered"
    me = (await citizen.get("/me")).json()
    assert me["name"] == "Ana María García López"


async def test_without_a_record_the_citizen_states_the_document(judged: World, pki: Path) -> None:
    citizen = Citizen(judged, await newcomer(judged), pki)
    refused = await citizen.post("/certificate-enrolments", **CONTACT)
    assert refused.json()["code"] == "record-incomplete"
    document = {"kind": "dni", "issued_on": "2021-05-17", "expires_on": "2031-05-17"}
    _, entry = await citizen.through(birth_date="1985-06-01", document=document)
    assert entry["level"] == "advanced"


async def test_a_minor_does_not_enrol_alone(judged: World, pki: Path) -> None:
    await known(judged, birth_date=date(2010, 1, 1))
    citizen = Citizen(judged, await newcomer(judged), pki)
    refused = await citizen.post("/certificate-enrolments", **CONTACT)
    assert refused.json()["code"] == "guardian-required"


async def test_basic_rises_to_advanced(judged: World, pki: Path) -> None:
    await known(judged)
    await ask_letter(judged, contrast=CONTRAST)
    gateway = judged.as_service("gateway")
    body = {"national_id": ANA, "contrast": CONTRAST, "csv": await printed_code(judged), **CONTACT}
    begun = await judged.http.post("/internal/v1/letter-completions", json=body, headers=gateway)
    path = f"/internal/v1/letter-completions/{begun.json()['completion_id']}/proof"
    proof = {"code": judged.outside.last_code(), **terms()}
    entered = (await judged.http.post(path, json=proof, headers=gateway)).json()
    citizen = Citizen(judged, entered["subject_id"], pki)
    judged.clock.advance(timedelta(minutes=2))
    _, entry = await citizen.through()
    assert entry["level"] == "advanced"
    assert "LevelRaised" in await judged.event_names()


async def test_who_left_comes_back_with_a_certificate(citizen: Citizen) -> None:
    await citizen.through()
    left = await citizen.post("/renunciation", confirmed=True)
    assert left.status_code == 201
    citizen.world.clock.advance(timedelta(minutes=2))
    read = "SELECT status FROM person WHERE national_id = $1"
    assert await citizen.world.deps.pool.fetchval(read, ANA) == "renounced"
    act_id = await citizen.proved()
    answer = await citizen.hand_in(act_id, citizen.signed(await citizen.request(act_id)))
    assert answer.json()["outcome"] == "registered"


async def test_an_interrupted_enrolment_resumes(citizen: Citizen) -> None:
    act_id = await citizen.proved()
    left = (await citizen.get("/certificate-enrolments")).json()
    assert (left["enrolment_id"], left["state"]) == (act_id, "phone_proved")
    answer = await citizen.hand_in(act_id, citizen.signed(await citizen.request(act_id)))
    assert answer.json()["outcome"] == "registered"
    again = await citizen.hand_in(act_id, citizen.signed(b""))
    assert again.json()["code"] == "enrolment-completed"


async def test_only_the_identity_card_renews(citizen: Citizen, pki: Path) -> None:
    await citizen.through(CertificateKind.DNIE_SIGNING)
    before = await clock(citizen.world)
    citizen.world.clock.advance(timedelta(days=30))
    act_id = await citizen.proved("/renewal")
    document = await citizen.request(act_id)
    refused = await citizen.hand_in(act_id, citizen.signed(document))
    assert refused.json()["code"] == "renewal-needs-dnie"
    renewed = (
        await citizen.hand_in(act_id, citizen.signed(document, CertificateKind.DNIE_SIGNING))
    ).json()
    assert renewed["with_activation_code"] is False
    facts = await citizen.world.deps.pool.fetchval(
        "SELECT facts FROM evidence ORDER BY recorded_at DESC, evidence_id DESC LIMIT 1"
    )
    assert (facts["terms_version"], facts["terms_language"]) == ("2026-11", "es")
    assert await clock(citizen.world) == before + timedelta(days=30)
    assert "IdentificationRenewed" in await citizen.world.event_names()


async def test_after_the_limit_a_new_activation_code_goes_with_it(citizen: Citizen) -> None:
    await citizen.through()  # a software certificate: the clock never started
    citizen.world.clock.advance(timedelta(minutes=2))
    act_id = await citizen.proved("/renewal")
    signature = citizen.signed(await citizen.request(act_id), CertificateKind.DNIE_SIGNING)
    renewed = (await citizen.hand_in(act_id, signature)).json()
    assert renewed["with_activation_code"] is True


async def test_a_renewal_does_not_change_the_phone(citizen: Citizen) -> None:
    await citizen.through(CertificateKind.DNIE_SIGNING)
    refused = await citizen.post("/renewal", **{**CONTACT, "mobile": "600999888"})
    assert refused.json()["code"] == "phone-change-first"


async def test_a_request_cannot_be_signed_by_the_wrong_session(
    citizen: Citizen, enrol: Enrol
) -> None:
    act_id = await citizen.proved()
    other = await enrol(national_id="00000001R", mobile="600999888")
    stranger = Citizen(citizen.world, other.subject_id, citizen.pki)
    answer = await stranger.get(f"/certificate-enrolments/{act_id}/request.pdf")
    assert answer.json()["code"] == "enrolment-not-found"


async def test_where_no_issuer_is_trusted_nobody_enrols_with_a_certificate(world: World) -> None:
    await known(world)
    citizen = Citizen(world, await newcomer(world), Path())
    refused = await citizen.post("/certificate-enrolments", **CONTACT)
    assert (refused.status_code, refused.json()["code"]) == (404, "certificates-off")
