"""An ended identity: the certificate is revoked, its key destroyed, and everybody is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_events.signing.v1 import certificate_pb2
from clavis_kit.clock import FrozenClock
from clavis_signing.actions import publication, signing
from clavis_signing.deps import Deps
from clavis_signing.pki import ocsp
from clavis_signing.rules import Reason
from clavis_signing.store.certificates import CertificateStore
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

OCSP = {"content-type": "application/ocsp-request"}


def ended(kind: Any, subject_id: str, now: datetime, **more: Any) -> Any:
    return kind(subject_id=subject_id, version=2, occurred_at=now, **more)


async def certificate_of(deps: Deps, serial: str) -> x509.Certificate:
    async with deps.pool.acquire() as db:
        found = await CertificateStore(db).certificate(serial)
    assert found is not None
    return found


async def status_of(client: Any, deps: Deps, serial: str) -> Any:
    request = ocsp.x509.ocsp.OCSPRequestBuilder()
    request = request.add_certificate(
        await certificate_of(deps, serial), deps.authority.certificate, hashes.SHA256()
    )
    body = request.build().public_bytes(Encoding.DER)
    answer = await client.post("/pki/ocsp", content=body, headers=OCSP)
    return x509.ocsp.load_der_ocsp_response(answer.content)


async def listed(client: Any) -> x509.CertificateRevocationList:
    answer = await client.get("/pki/crl/issuing.crl")
    assert answer.headers["content-type"] == "application/pkix-crl"
    return x509.load_der_x509_crl(answer.content)


ENDINGS = [
    (person_pb2.Renounced, {}, Reason.CESSATION_OF_OPERATION),
    (person_pb2.Deceased, {}, Reason.CESSATION_OF_OPERATION),
    (
        person_pb2.Revoked,
        {"cause": person_pb2.REVOCATION_CAUSE_SECURITY},
        Reason.PRIVILEGE_WITHDRAWN,
    ),
    (
        person_pb2.Revoked,
        {"cause": person_pb2.REVOCATION_CAUSE_IDENTITY_DATA_CHANGED},
        Reason.AFFILIATION_CHANGED,
    ),
]


@pytest.mark.parametrize(("kind", "more", "reason"), ENDINGS)
async def test_an_ending_shows_in_ocsp_in_the_list_and_on_the_topic(
    portal: Any,
    client: Any,
    citizen: str,
    apply: Any,
    deps: Deps,
    now: datetime,
    kind: Any,
    more: dict[str, Any],
    reason: Reason,
) -> None:
    serial = (await portal.signed(citizen))["certificate_serial"]
    good = await status_of(client, deps, serial)
    assert good.certificate_status is x509.ocsp.OCSPCertStatus.GOOD
    before = await listed(client)
    await apply(ended(kind, citizen, now, **more))

    status = await status_of(client, deps, serial)
    assert status.certificate_status is x509.ocsp.OCSPCertStatus.REVOKED
    assert status.revocation_reason is x509.ReasonFlags(reason.value)
    after = await listed(client)
    (entry,) = after
    assert entry.serial_number == int(serial, 16)
    shown = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert shown is x509.ReasonFlags(reason.value)
    assert number_of(after) > number_of(before)
    row = await deps.pool.fetchrow(
        "SELECT type, payload FROM outbox ORDER BY position DESC LIMIT 1"
    )
    assert row is not None
    fact = certificate_pb2.CertificateRevoked.FromString(row["payload"])
    assert (fact.serial_number, fact.version) == (serial, 2)
    assert fact.reason == getattr(
        certificate_pb2, f"REVOCATION_REASON_{_screaming(reason.value)}"
    )  # fmt: skip


def _screaming(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()


def number_of(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def test_the_key_of_an_ended_identity_is_destroyed(
    portal: Any, citizen: str, apply: Any, deps: Deps, now: datetime
) -> None:
    await portal.signed(citizen)
    await apply(ended(person_pb2.Renounced, citizen, now))
    row = await deps.pool.fetchrow("SELECT * FROM certificate")
    assert row is not None
    assert {row["key_salt"], row["key_nonce"], row["key_ciphertext"]} == {None}
    assert row["key_destroyed_at"] is not None


async def test_a_revoked_certificate_never_signs_what_was_pending(
    portal: Any, citizen: str, apply: Any, deps: Deps, now: datetime
) -> None:
    await portal.signed(citizen)
    pending = await portal.challenged(citizen)
    await apply(ended(person_pb2.Revoked, citizen, now))
    answer = await portal.sign(citizen, pending)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity-ended")
    assert await deps.pool.fetchval("SELECT count(*) FROM document WHERE kind = 'signed'") == 1


async def test_a_revocation_during_the_signature_wins(
    portal: Any,
    citizen: str,
    apply: Any,
    deps: Deps,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await portal.signed(citizen)
    pending = await portal.challenged(citizen)
    chain_of = signing._chain

    async def end_meanwhile(*arguments: Any) -> Any:
        await apply(ended(person_pb2.Deceased, citizen, now))
        return await chain_of(*arguments)

    monkeypatch.setattr(signing, "_chain", end_meanwhile)
    answer = await portal.sign(citizen, pending)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity-ended")
    assert await deps.pool.fetchval("SELECT count(*) FROM document WHERE kind = 'signed'") == 1


async def test_an_ended_person_is_shown_nothing(
    portal: Any, citizen: str, apply: Any, now: datetime
) -> None:
    done = await portal.signed(citizen)
    await apply(ended(person_pb2.Renounced, citizen, now))
    for path in (done["signed_document"], done["receipt"], "/citizen/v1/certificates"):
        answer = await portal.get(citizen, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity-ended")


async def test_who_comes_back_gets_another_certificate(
    portal: Any, client: Any, citizen: str, apply: Any, deps: Deps, now: datetime
) -> None:
    first = await portal.signed(citizen)
    await apply(ended(person_pb2.Revoked, citizen, now))
    back = person_pb2.Reinstated(
        subject_id=citizen,
        version=3,
        occurred_at=now,
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )
    await apply(back)
    second = await portal.signed(citizen)
    assert second["certificate_serial"] != first["certificate_serial"]
    status = await status_of(client, deps, first["certificate_serial"])
    assert status.certificate_status is x509.ocsp.OCSPCertStatus.REVOKED


async def test_an_older_fact_changes_nothing(
    portal: Any, citizen: str, apply: Any, now: datetime, deps: Deps
) -> None:
    await portal.signed(citizen)
    late = person_pb2.Renounced(subject_id=citizen, version=1, occurred_at=now)
    await apply(late)
    assert await deps.pool.fetchval("SELECT state FROM certificate") == "active"


async def test_a_revocation_left_unlisted_by_a_crash_is_found(
    portal: Any, client: Any, citizen: str, deps: Deps
) -> None:
    from clavis_signing.actions.certificates import revoke

    await portal.signed(citizen)
    async with deps.pool.acquire() as db, db.transaction():
        await revoke(deps, db, citizen, Reason.PRIVILEGE_WITHDRAWN)
    assert await publication.crl_is_due(deps)
    await publication.publish_crl(deps)
    assert len(await listed(client)) == 1
    assert not await publication.crl_is_due(deps)


async def test_revoked_stays_on_the_list_after_it_expired(
    portal: Any,
    client: Any,
    citizen: str,
    apply: Any,
    deps: Deps,
    clock: FrozenClock,
    now: datetime,
) -> None:
    await portal.signed(citizen)
    await apply(ended(person_pb2.Renounced, citizen, now))
    clock.advance(timedelta(days=2000))
    await publication.publish_crl(deps)
    assert len(await listed(client)) == 1
