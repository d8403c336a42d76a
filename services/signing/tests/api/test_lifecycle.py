"""Certificates come and go with the password and with time; documents go when delivered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from clavis_events.permanent.v1 import credential_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_kit.clock import FrozenClock
from clavis_signing.deps import Deps


async def test_a_changed_password_replaces_key_and_certificate(
    portal: Any,
    citizen: str,
    siblings: Any,
    apply: Any,
    deps: Deps,
    clock: FrozenClock,
    outbox: Any,
) -> None:
    first = await portal.signed(citizen)
    clock.advance(timedelta(hours=1))
    siblings.password = "otra contraseña larga"
    changed = credential_pb2.PasswordChanged(subject_id=citizen, version=2, occurred_at=clock.now())
    await apply(changed)
    path = await portal.challenged(citizen)
    answer = await portal.sign(citizen, path, siblings.password)
    assert answer.json()["verdict"] == "signed"
    assert answer.json()["certificate_serial"] != first["certificate_serial"]
    old = await deps.pool.fetchrow(
        "SELECT * FROM certificate WHERE serial_number = $1", first["certificate_serial"]
    )
    assert old is not None
    assert (old["state"], old["revocation_reason"]) == ("revoked", "superseded")
    assert old["key_ciphertext"] is None
    facts = [(type(event).__name__, event.version) for event in await outbox()]
    assert facts == [("CertificateIssued", 1), ("CertificateRevoked", 2), ("CertificateIssued", 3)]


async def test_a_password_changed_unnoticed_is_noticed_by_the_key(
    portal: Any, citizen: str, siblings: Any
) -> None:
    first = await portal.signed(citizen)
    siblings.password = "otra contraseña larga"  # the event is still on its way
    path = await portal.upload(citizen)
    await portal.challenge(citizen, path, policies_accepted=False)
    answer = (await portal.sign(citizen, path, siblings.password)).json()
    assert answer["verdict"] == "signed"
    assert answer["certificate_serial"] != first["certificate_serial"]


async def test_without_a_password_signing_is_suspended_and_the_certificate_stays(
    portal: Any, citizen: str, apply: Any, now: datetime
) -> None:
    await portal.signed(citizen)
    path = await portal.challenged(citizen)
    await apply(credential_pb2.PasswordRemoved(subject_id=citizen, version=2, occurred_at=now))
    answer = await portal.sign(citizen, path)
    assert answer.json()["obstacles"] == ["password-inactive"]
    listed = (await portal.get(citizen, "/citizen/v1/certificates")).json()["certificates"]
    assert [entry["state"] for entry in listed] == ["active"]


async def test_a_certificate_near_its_end_is_renewed_if_that_helps(
    portal: Any, citizen: str, siblings: Any, apply: Any, clock: FrozenClock, now: datetime
) -> None:
    first = await portal.signed(citizen)
    clock.advance(timedelta(days=880))
    path = await portal.upload(citizen)
    await portal.challenge(citizen, path, policies_accepted=False)
    same = (await portal.sign(citizen, path)).json()
    assert same["certificate_serial"] == first["certificate_serial"], "no later end to gain"

    document = (clock.now() + timedelta(days=3000)).date()
    renewed = person_pb2.Registered(
        subject_id=citizen, version=2, occurred_at=clock.now(),
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
        last_strong_identification_at=clock.now(),
    )  # fmt: skip
    await apply(renewed)
    siblings.holder["document_expires_on"] = document.isoformat()
    siblings.holder["last_strong_identification_at"] = clock.now().isoformat()
    new = await portal.signed(citizen)
    assert new["certificate_serial"] != first["certificate_serial"]


async def test_the_receipt_tells_who_what_when(
    portal: Any, citizen: str, read_text: Callable[[bytes], str]
) -> None:
    done = await portal.signed(citizen)
    spanish = await portal.get(citizen, done["receipt"])
    english = await portal.get(citizen, done["receipt"], **{"accept-language": "en-GB,es;q=0.5"})
    assert "Justificante de firma" in read_text(spanish.content)
    words = read_text(english.content)
    for fact in ("Signature receipt", "Ana María", "12345678Z", "contrato.pdf"):
        assert fact in words
    assert done["certificate_serial"] in words.replace("\n", "").replace(" ", "")


async def test_documents_go_soon_after_delivery(
    portal: Any, citizen: str, deps: Deps, clock: FrozenClock
) -> None:
    from clavis_signing.actions.documents import purge

    done = await portal.signed(citizen)
    assert await deps.pool.fetch("SELECT kind FROM document") == [("signed",)]
    assert await purge(deps) == 0
    delivered = await portal.get(citizen, done["signed_document"])
    assert "contrato.signed.pdf" in delivered.headers["content-disposition"]
    clock.advance(timedelta(minutes=16))
    assert await purge(deps) == 1
    assert (await portal.get(citizen, done["signed_document"])).status_code == 410
    assert (await portal.get(citizen, done["receipt"])).status_code == 410
