"""Certificates, their sealed keys and the revocation lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from clavis_signing.custody import SealedKey, Stretching
from clavis_signing.pki.crl import RevokedCertificate
from clavis_signing.pki.ocsp import CertificateStatus
from clavis_signing.rules import Reason, serial_text

CRL_LOCK = 0x43524C  # "CRL": lists are numbered one at a time
LISTS_KEPT = 10


@dataclass(frozen=True)
class NewCertificate:
    """A certificate just issued, with its key already sealed."""

    subject_id: str
    credential_id: str
    certificate: x509.Certificate
    sealed: SealedKey
    policy_oid: str


@dataclass(frozen=True)
class Credential:
    """A certificate in force and the key that signs with it."""

    serial_number: str
    credential_id: str
    certificate: x509.Certificate
    issued_at: datetime
    not_after: datetime
    sealed: SealedKey


@dataclass(frozen=True)
class CertificateView:
    """What the holder may know of one certificate."""

    serial_number: str
    state: str
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class PublishedCrl:
    """A revocation list."""

    number: int
    content: bytes
    this_update: datetime


class CertificateStore:
    """Rows of `certificate`, `signer` and `crl`."""

    def __init__(self, db: Connection) -> None:
        """Use the caller's connection."""
        self._db = db

    async def next_version(self, subject_id: str) -> int:
        """Take the next event version of a person, and that person's turn until the commit."""
        version: int = await self._db.fetchval(
            """
            INSERT INTO signer (subject_id, version) VALUES ($1, 1)
            ON CONFLICT (subject_id) DO UPDATE SET version = signer.version + 1
            RETURNING version
            """,
            subject_id,
        )
        return version

    async def active(self, subject_id: str) -> Credential | None:
        """Read the certificate in force with its sealed key."""
        row = await self._db.fetchrow(
            """
            SELECT serial_number, credential_id, certificate, issued_at, not_after,
                   key_salt, key_nonce, key_ciphertext,
                   argon2_memory_kib, argon2_time_cost, argon2_parallelism
              FROM certificate
             WHERE subject_id = $1 AND state = 'active'
            """,
            subject_id,
        )
        return _credential(row) if row else None

    async def hold_active(self, serial_number: str) -> bool:
        """Say whether a certificate is in force, and keep it so until the transaction ends."""
        found = await self._db.fetchval(
            "SELECT true FROM certificate WHERE serial_number = $1 AND state = 'active' FOR SHARE",
            serial_number,
        )
        return bool(found)

    async def insert(self, new: NewCertificate, issued_at: datetime) -> bool:
        """Store a new certificate; False when the person got another one meanwhile."""
        inserted = await self._db.fetchval(
            """
            INSERT INTO certificate (
                serial_number, subject_id, credential_id, certificate, state, issued_at,
                not_before, not_after, policy_oid, key_salt, key_nonce, key_ciphertext,
                argon2_memory_kib, argon2_time_cost, argon2_parallelism)
            VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (subject_id) WHERE state = 'active' DO NOTHING
            RETURNING true
            """,
            serial_text(new.certificate.serial_number),
            new.subject_id,
            new.credential_id,
            new.certificate.public_bytes(serialization.Encoding.DER),
            issued_at,
            new.certificate.not_valid_before_utc,
            new.certificate.not_valid_after_utc,
            new.policy_oid,
            new.sealed.salt,
            new.sealed.nonce,
            new.sealed.ciphertext,
            new.sealed.stretching.memory_kib,
            new.sealed.stretching.time_cost,
            new.sealed.stretching.parallelism,
        )
        return bool(inserted)

    async def revoke(
        self, subject_id: str, reason: Reason, now: datetime, *, serial_number: str | None = None
    ) -> list[str]:
        """Revoke a person's unexpired certificates, or one of them; destroy the keys."""
        rows = await self._db.fetch(
            """
            UPDATE certificate
               SET state = 'revoked', revoked_at = $3, revocation_reason = $2,
                   key_salt = NULL, key_nonce = NULL, key_ciphertext = NULL,
                   key_destroyed_at = coalesce(key_destroyed_at, $3)
             WHERE subject_id = $1 AND state <> 'revoked' AND not_after > $3
               AND ($4::text IS NULL OR serial_number = $4)
            RETURNING serial_number
            """,
            subject_id,
            reason.value,
            now,
            serial_number,
        )
        return [row["serial_number"] for row in rows]

    async def retire(self, serial_number: str, now: datetime) -> None:
        """Destroy the key of a certificate in force without revoking it."""
        await self._db.execute(
            """
            UPDATE certificate
               SET state = 'retired', key_salt = NULL, key_nonce = NULL, key_ciphertext = NULL,
                   key_destroyed_at = $2
             WHERE serial_number = $1 AND state = 'active'
            """,
            serial_number,
            now,
        )

    async def of_person(self, subject_id: str) -> list[CertificateView]:
        """List a person's certificates, newest first."""
        rows = await self._db.fetch(
            """
            SELECT serial_number, state, issued_at, not_before, not_after, revoked_at,
                   revocation_reason AS reason
              FROM certificate WHERE subject_id = $1 ORDER BY issued_at DESC
            """,
            subject_id,
        )
        return [CertificateView(**dict(row)) for row in rows]

    async def certificate(self, serial_number: str) -> x509.Certificate | None:
        """Read a certificate, whatever its state."""
        content = await self._db.fetchval(
            "SELECT certificate FROM certificate WHERE serial_number = $1", serial_number
        )
        return x509.load_der_x509_certificate(content) if content else None

    async def status(self, serial_number: str) -> CertificateStatus | None:
        """Read what OCSP may say of a serial number; None when it was never issued."""
        row = await self._db.fetchrow(
            "SELECT revoked_at, revocation_reason FROM certificate WHERE serial_number = $1",
            serial_number,
        )
        if row is None:
            return None
        reason = row["revocation_reason"]
        return CertificateStatus(row["revoked_at"], Reason(reason) if reason else None)

    async def lock_lists(self) -> None:
        """Let one process number a list at a time, until the transaction ends."""
        await self._db.execute("SELECT pg_advisory_xact_lock($1)", CRL_LOCK)

    async def has_unlisted(self) -> bool:
        """Say whether a revocation is not on any list yet."""
        return bool(
            await self._db.fetchval(
                "SELECT EXISTS (SELECT 1 FROM certificate"
                " WHERE state = 'revoked' AND crl_number IS NULL)"
            )
        )

    async def revoked(self) -> list[RevokedCertificate]:
        """List every revoked certificate."""
        rows: Sequence[Any] = await self._db.fetch(
            """
            SELECT serial_number, revoked_at, revocation_reason
              FROM certificate WHERE state = 'revoked' ORDER BY revoked_at, serial_number
            """
        )
        return [
            RevokedCertificate(
                int(row["serial_number"], 16), row["revoked_at"], Reason(row["revocation_reason"])
            )
            for row in rows
        ]

    async def latest_list(self) -> PublishedCrl | None:
        """Read the list in force."""
        row = await self._db.fetchrow(
            "SELECT crl_number, content, this_update FROM crl ORDER BY crl_number DESC LIMIT 1"
        )
        return PublishedCrl(row["crl_number"], row["content"], row["this_update"]) if row else None

    async def latest_list_time(self) -> datetime | None:
        """Read when the list in force was made."""
        made: datetime | None = await self._db.fetchval("SELECT max(this_update) FROM crl")
        return made

    async def publish_list(
        self, crl: PublishedCrl, next_update: datetime, listed: Sequence[RevokedCertificate]
    ) -> None:
        """Put a list in force, note which revocations it shows, forget lists long past."""
        await self._db.execute(
            "INSERT INTO crl (crl_number, content, this_update, next_update)"
            " VALUES ($1, $2, $3, $4)",
            crl.number,
            crl.content,
            crl.this_update,
            next_update,
        )
        await self._db.execute(
            "UPDATE certificate SET crl_number = $1"
            " WHERE crl_number IS NULL AND serial_number = ANY($2::text[])",
            crl.number,
            [serial_text(entry.serial_number) for entry in listed],
        )
        await self._db.execute("DELETE FROM crl WHERE crl_number <= $1", crl.number - LISTS_KEPT)


def _credential(row: asyncpg.Record) -> Credential:
    stretching = Stretching(
        row["argon2_memory_kib"], row["argon2_time_cost"], row["argon2_parallelism"]
    )
    return Credential(
        serial_number=row["serial_number"],
        credential_id=str(row["credential_id"]),
        certificate=x509.load_der_x509_certificate(row["certificate"]),
        issued_at=row["issued_at"],
        not_after=row["not_after"],
        sealed=SealedKey(row["key_salt"], row["key_nonce"], row["key_ciphertext"], stretching),
    )
