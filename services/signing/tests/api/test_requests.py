"""What the registry tells of people who stay: frozen, another document, certificates given back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_signing.deps import Deps
from clavis_signing.rules import Reason
from cryptography import x509

from services.signing.tests.api.test_endings import ended, status_of


async def test_a_frozen_person_signs_nothing_until_unfrozen(
    portal: Any, citizen: str, apply: Any, now: datetime
) -> None:
    await portal.signed(citizen)
    pending = await portal.challenged(citizen)
    await apply(ended(person_pb2.Frozen, citizen, now))
    answer = await portal.sign(citizen, pending)
    assert (answer.status_code, answer.json()["obstacles"]) == (409, ["frozen"])
    await apply(person_pb2.Unfrozen(subject_id=citizen, version=3, occurred_at=now))
    assert (await portal.signed(citizen))["certificate_serial"]


@pytest.mark.parametrize(
    ("compromised", "reason"),
    [(False, Reason.CESSATION_OF_OPERATION), (True, Reason.KEY_COMPROMISE)],
)
async def test_a_request_revokes_the_certificate_and_the_person_stays(
    portal: Any,
    client: Any,
    citizen: str,
    apply: Any,
    deps: Deps,
    now: datetime,
    compromised: bool,
    reason: Reason,
) -> None:
    serial = (await portal.signed(citizen))["certificate_serial"]
    request = ended(
        person_pb2.CertificateRevocationRequested, citizen, now, key_compromise=compromised
    )
    await apply(request)
    status = await status_of(client, deps, serial)
    assert status.certificate_status is x509.ocsp.OCSPCertStatus.REVOKED
    assert status.revocation_reason is x509.ReasonFlags(reason.value)
    assert (await portal.signed(citizen))["certificate_serial"] != serial
    await apply(request)  # told twice: the new certificate stays
    assert await deps.pool.fetchval("SELECT count(*) FROM certificate WHERE state = 'active'") == 1


async def test_a_renewal_starts_the_five_years_again_and_a_document_moves_its_end(
    citizen: str, apply: Any, deps: Deps, now: datetime
) -> None:
    later = now + timedelta(days=3000)
    await apply(
        ended(
            person_pb2.IdentificationRenewed, citizen, now,
            last_strong_identification_at=now, document_expires_on=later,
        )
    )  # fmt: skip
    row = await deps.pool.fetchrow("SELECT * FROM person WHERE subject_id = $1", citizen)
    assert row is not None
    assert row["last_strong_identification_at"] == now.astimezone(UTC)
    assert row["document_expires_on"] == later.astimezone(UTC).date()
    await apply(person_pb2.DocumentChanged(subject_id=citizen, version=3, occurred_at=now))
    row = await deps.pool.fetchrow("SELECT * FROM person WHERE subject_id = $1", citizen)
    assert row is not None
    assert row["document_expires_on"] is None  # permanent
    assert row["last_strong_identification_at"] == now.astimezone(UTC)
