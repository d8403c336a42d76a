"""Issues certificates and ends them. Fact, key destruction and event commit together."""

from collections.abc import Sequence
from dataclasses import dataclass

from clavis_kit.db import Connection
from clavis_kit.outbox import record_event
from cryptography.hazmat.primitives.asymmetric import ec

from clavis_signing import custody, events
from clavis_signing.actions.readiness import new_end
from clavis_signing.custody import SealedKey
from clavis_signing.deps import Deps
from clavis_signing.errors import identity_ended, transaction_conflict
from clavis_signing.pki import profile
from clavis_signing.pki.profile import Holder, Policy, Validity
from clavis_signing.rules import Evidence, Reason, serial_text
from clavis_signing.store.certificates import (
    CertificateStore,
    Credential,
    NewCertificate,
)
from clavis_signing.store.people import PeopleStore


@dataclass(frozen=True)
class OpenCredential:
    """A certificate in force and its key, in clear, for one signature."""

    credential: Credential
    key: ec.EllipticCurvePrivateKey


async def revoke(
    deps: Deps,
    db: Connection,
    subject_id: str,
    reason: Reason,
    *,
    serial_number: str | None = None,
) -> Sequence[str]:
    """Revoke what a person holds, or one certificate of it, in the caller's transaction.

    The keys are destroyed and the events recorded; the serial numbers come back.
    """
    store, now = CertificateStore(db), deps.clock.now()
    serials = await store.revoke(subject_id, reason, now, serial_number=serial_number)
    for serial in serials:
        record = events.certificate_revoked(
            subject_id,
            serial,
            reason,
            issuer_key_id=deps.authority.key_identifier,
            version=await store.next_version(subject_id),
            event_id=deps.new_id(),
            now=now,
        )
        await record_event(db, record)
    return serials


async def retire(deps: Deps, subject_id: str, credential: Credential) -> None:
    """Destroy a key before another takes its place; revoke its certificate if still valid."""
    serial = credential.serial_number
    async with deps.pool.acquire() as db, db.transaction():
        if deps.settings.renewal_revokes_previous:
            await revoke(deps, db, subject_id, Reason.SUPERSEDED, serial_number=serial)
        await CertificateStore(db).retire(serial, deps.clock.now())


async def open_key(deps: Deps, credential: Credential, password: str) -> OpenCredential | None:
    """Open a citizen's key; None when it was sealed under another password."""
    key = await deps.pools.keys.run(
        custody.open_sealed,
        credential.sealed,
        password=password,
        pepper=deps.custody.pepper,
        credential_id=credential.credential_id,
        spki=custody.spki_of_certificate(credential.certificate),
    )
    return OpenCredential(credential, key) if key else None


async def issue(
    deps: Deps, subject_id: str, holder: Holder, evidence: Evidence, password: str
) -> OpenCredential:
    """Make a key, certify it, store it sealed and tell the world.

    Raises identity-ended when the person left meanwhile, transaction-conflict when a parallel
    signature of the same person issued first.
    """
    now = deps.clock.now().replace(microsecond=0)
    key = custody.generate_key()
    credential_id = deps.new_id()
    sealed: SealedKey = await deps.pools.keys.run(
        custody.seal,
        key,
        password=password,
        pepper=deps.custody.pepper,
        credential_id=credential_id,
        stretching=deps.custody.stretching,
    )
    policy = Policy(deps.settings.certificate_policy_oid, deps.settings.certificate_qualified)
    certificate = await deps.pools.keys.run(
        profile.issue,
        deps.authority,
        holder,
        key.public_key(),
        serial_number=deps.new_serial(),
        validity=Validity(now, new_end(deps, evidence, now)),
        policy=policy,
    )
    await _store(deps, NewCertificate(subject_id, credential_id, certificate, sealed, policy.oid))
    credential = Credential(
        serial_number=serial_text(certificate.serial_number),
        credential_id=credential_id,
        certificate=certificate,
        issued_at=now,
        not_after=certificate.not_valid_after_utc,
        sealed=sealed,
    )
    return OpenCredential(credential, key)


async def _store(deps: Deps, new: NewCertificate) -> None:
    now = deps.clock.now()
    async with deps.pool.acquire() as db, db.transaction():
        store = CertificateStore(db)
        # Held until the commit: an ending that comes now waits, and then finds the certificate.
        if not await PeopleStore(db).hold_registered(new.subject_id):
            raise identity_ended()
        version = await store.next_version(new.subject_id)
        if not await store.insert(new, now):
            raise transaction_conflict()
        record = events.certificate_issued(
            new.subject_id,
            new.certificate,
            issuer_key_id=deps.authority.key_identifier,
            version=version,
            event_id=deps.new_id(),
            now=now,
        )
        await record_event(db, record)
