"""Giving up, coming back, being frozen: at a desk, online, and by who never enrolled."""

from asyncio import to_thread
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.pin.v1 import device_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_registry.sealing import verify

from services.registry.tests.life import (
    CERTIFICATE,
    DNIE,
    TERMS,
    apply,
    as_officer,
    bearer,
    desk,
    problem,
)
from services.registry.tests.test_acceptance import text_of
from services.registry.tests.world import ANA, Enrol, World, deliver_due

CONFIRMED = {"confirmed": True}


async def test_the_proof_of_a_renunciation_is_sealed_and_stays_the_same(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    left = await as_officer(world, "renunciations", desk(signed=True))
    assert left.status_code == 201, left.text
    path = left.json()["proof"]
    proof = await world.http.get(path, headers=world.as_officer())
    assert "Oficina Centro" in text_of(proof.content)
    found = await to_thread(verify, proof.content, world.deps.seal.chain[1:])
    assert found is not None
    assert found.valid
    assert "Sello" in found.signer
    assert (await world.http.get(path, headers=world.as_officer())).content == proof.content
    forged = await to_thread(verify, proof.content + b"\n%added", world.deps.seal.chain[1:])
    assert forged is None or not forged.valid
    assert await to_thread(verify, b"%PDF-1.7 nothing", world.deps.seal.chain) is None


async def test_who_never_enrolled_renounces_and_no_basic_channel_brings_them_in(
    world: World,
) -> None:
    name = {"given_name": "Ana", "first_surname": "García"}
    unsigned = await as_officer(world, "renunciations", desk(signed=False, name=name))
    assert problem(unsigned) == (422, "confirmation-required")
    left = await as_officer(world, "renunciations", desk(signed=True, name=name))
    assert left.status_code == 201, left.text
    event = (await world.events())[-1]
    assert isinstance(event, person_pb2.Renounced)
    again = await as_officer(world, "renunciations", desk(signed=True))
    assert problem(again) == (409, "already-renounced")
    back = await as_officer(world, "rehabilitations", desk(**TERMS))
    assert problem(back) == (409, "enrol-instead")
    proof = await world.http.get(left.json()["proof"], headers=world.as_officer())
    assert "Ana García" in text_of(proof.content)


async def test_with_a_certificate_one_who_never_enrolled_renounces_online(world: World) -> None:
    minted = await world.http.post(
        "/internal/v1/subjects",
        json={"national_id": ANA, "evidence": {}},
        headers=world.as_service("gateway"),
    )
    headers = bearer(world, minted.json()["subject_id"], **CERTIFICATE)
    left = await world.http.post("/citizen/v1/renunciation", json=CONFIRMED, headers=headers)
    assert left.status_code == 201, left.text
    standing = await world.http.get("/citizen/v1/standing", headers=headers)
    assert standing.json()["status"] == "renounced"


async def test_who_renounced_comes_back_with_the_former_data_at_the_advanced_level(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id, **DNIE)
    await world.http.post("/citizen/v1/renunciation", json=CONFIRMED, headers=headers)
    world.clock.advance(timedelta(days=30))
    weak = bearer(world, entered.subject_id, amr=["otp", "sms"])
    refused = await world.http.post("/citizen/v1/rehabilitation", json=TERMS, headers=weak)
    assert problem(refused) == (403, "certificate-required")
    headers = bearer(world, entered.subject_id, **DNIE)
    back = await world.http.post("/citizen/v1/rehabilitation", json=TERMS, headers=headers)
    assert (back.json()["status"], back.json()["level"], back.json()["phone_verified"]) == (
        "registered", "advanced", True,
    )  # fmt: skip
    names = await world.event_names()
    assert names[2:] == ["Renounced", "Reinstated", "ContactChanged"]
    twice = await as_officer(world, "rehabilitations", desk(**TERMS))
    assert problem(twice) == (409, "not-renounced")


@pytest.mark.parametrize("shown", [DNIE, CERTIFICATE])
async def test_a_login_with_a_certificate_of_unknown_kind_does_not_start_the_clock(
    world: World, enrol: Enrol, shown: dict[str, Any]
) -> None:
    """Any qualified device logs in with `hwk` and `sc`; the DNIe is one of them."""
    entered = await enrol()
    clock = "SELECT last_strong_identification_at FROM person WHERE subject_id = $1"
    before = await world.deps.pool.fetchval(clock, entered.subject_id)
    headers = bearer(world, entered.subject_id, **shown)
    await world.http.post("/citizen/v1/renunciation", json=CONFIRMED, headers=headers)
    world.clock.advance(timedelta(days=30))
    headers = bearer(world, entered.subject_id, **shown)
    back = await world.http.post("/citizen/v1/rehabilitation", json=TERMS, headers=headers)
    assert back.json()["level"] == "advanced"
    assert await world.deps.pool.fetchval(clock, entered.subject_id) == before


async def test_the_office_starts_the_clock_of_who_comes_back(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await as_officer(world, "renunciations", desk(signed=True))
    world.clock.advance(timedelta(days=30))
    await as_officer(world, "rehabilitations", desk(**TERMS))
    renewed = (await world.events())[-1]
    assert isinstance(renewed, person_pb2.IdentificationRenewed)
    assert renewed.subject_id == entered.subject_id
    assert renewed.last_strong_identification_at.ToDatetime().day == 9  # 30 days later


async def test_a_frozen_person_does_nothing_but_with_a_certificate(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    pin = bearer(world, entered.subject_id, amr=["otp", "sms"])
    frozen = await world.http.post("/citizen/v1/freeze", headers=pin)
    assert (frozen.json()["status"], frozen.json()["frozen"]) == ("registered", True)
    event = (await world.events())[-1]
    assert isinstance(event, person_pb2.Frozen)
    assert (event.version, event.origin) == (2, person_pb2.FREEZE_ORIGIN_PERSON)
    assert problem(await world.http.post("/citizen/v1/freeze", headers=pin)) == (
        409, "already-frozen",
    )  # fmt: skip
    for path, body in STOPPED.items():
        answer = await world.http.post(f"/citizen/v1/{path}", json=body, headers=pin)
        assert problem(answer) == (403, "person-frozen"), path
    refused = await world.http.post("/citizen/v1/unfreezing", headers=pin)
    assert problem(refused) == (403, "certificate-required")
    card = bearer(world, entered.subject_id, **CERTIFICATE)
    thawed = await world.http.post("/citizen/v1/unfreezing", headers=card)
    assert thawed.json()["frozen"] is False
    assert isinstance((await world.events())[-1], person_pb2.Unfrozen)
    assert problem(await world.http.post("/citizen/v1/unfreezing", headers=card)) == (
        409, "not-frozen",
    )  # fmt: skip


STOPPED: dict[str, Any] = {
    "language": {"language": "en"},
    "email-changes": {"email": "otra@example.es"},
    "activation-codes": None,
    "certificate-revocation": {"confirmed": True},
    "renunciation": {"confirmed": True},
}


async def test_it_was_not_me_freezes_once_and_the_person_is_told(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    report = device_pb2.FraudReported(subject_id=entered.subject_id, version=3)
    await apply(world, report)
    await apply(world, credential_pb2.FraudReported(subject_id=entered.subject_id, version=1))
    frozen = [e for e in await world.events() if isinstance(e, person_pb2.Frozen)]
    assert [e.origin for e in frozen] == [person_pb2.FREEZE_ORIGIN_REPORT]
    await deliver_due(world.deps)
    assert "bloqueada" in world.outside.sent[-1]["subject"]
    stranger = "00000000-0000-4000-8000-000000000000"
    await apply(world, device_pb2.FraudReported(subject_id=stranger, version=1))
    thawed = await as_officer(world, "unfreezings", desk())
    assert thawed.json()["frozen"] is False
    absent = await as_officer(world, "unfreezings", desk(present=False))
    assert problem(absent) == (422, "presence-required")


async def test_what_permanent_tells_of_the_activation_code_is_kept(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await as_officer(world, "activation-codes", desk())
    subject = entered.subject_id
    world.clock.advance(timedelta(minutes=1))
    await apply(world, credential_pb2.ActivationCodeUsed(subject_id=subject))
    assert await states(world) == ["used"]
    await apply(world, credential_pb2.ActivationCodeBlocked(subject_id=subject))
    await apply(world, credential_pb2.ActivationCodeUsed(subject_id=subject))
    assert await states(world) == ["blocked"]
    late = world.clock.now()
    world.clock.advance(timedelta(minutes=1))
    await as_officer(world, "activation-codes", desk())
    # Told late of the former code: the new one stays in force.
    await apply(world, credential_pb2.ActivationCodeBlocked(subject_id=subject), late)
    assert await states(world) == ["active", "replaced"]
    await deliver_due(world.deps)
    assert any("bloqueado" in (m["subject"] or "") for m in world.outside.sent)


async def states(world: World) -> list[str]:
    rows = await world.deps.pool.fetch("SELECT state FROM activation_code ORDER BY state")
    return [row["state"] for row in rows]


async def test_a_certificate_is_given_back_and_the_person_stays(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id, amr=["otp", "sms"])
    unsure = {"confirmed": False}
    path = "/citizen/v1/certificate-revocation"
    assert problem(await world.http.post(path, json=unsure, headers=headers)) == (
        422, "confirmation-required",
    )  # fmt: skip
    body = {"confirmed": True, "key_compromise": True}
    asked = await world.http.post(path, json=body, headers=headers)
    event = (await world.events())[-1]
    assert isinstance(event, person_pb2.CertificateRevocationRequested)
    assert (event.version, event.key_compromise) == (2, True)
    receipt = await world.http.get(asked.json()["proof"], headers=headers)
    found = await to_thread(verify, receipt.content, world.deps.seal.chain[1:])
    assert found is not None
    assert found.valid
    other = await enrol(national_id="00000001R", mobile="600999888")
    stolen = await world.http.get(asked.json()["proof"], headers=bearer(world, other.subject_id))
    assert problem(stolen) == (404, "receipt-not-found")
    desked = await as_officer(world, "certificate-revocations", desk())
    assert desked.status_code == 201
