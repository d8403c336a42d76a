"""Sealed documents, requests behind them, certificates held: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection


@dataclass(frozen=True)
class CertificateRevocationRequest:
    """What the receipt of a request says."""

    request_id: str
    subject_id: str
    key_compromise: bool
    method: str
    acr: str | None
    office_id: str | None
    language: str
    requested_at: datetime


class SealedDocumentStore:
    """Proofs and receipts as they were handed out."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, document_id: str) -> bytes | None:
        """Read a document."""
        pdf: bytes | None = await self._db.fetchval(
            "SELECT pdf FROM sealed_document WHERE document_id = $1", document_id
        )
        return pdf

    async def keep(
        self, document_id: str, subject_id: str, kind: str, pdf: bytes, now: datetime
    ) -> bytes:
        """Keep a document and return the one kept: of two made at once, the first."""
        await self._db.execute(
            """
            INSERT INTO sealed_document (document_id, subject_id, kind, pdf, sealed_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (document_id) DO NOTHING
            """,
            document_id,
            subject_id,
            kind,
            pdf,
            now,
        )
        return await self.get(document_id) or pdf

    async def add_request(self, request: CertificateRevocationRequest) -> None:
        """Keep a request to revoke the signing certificates."""
        await self._db.execute(
            """
            INSERT INTO certificate_revocation_request
                (request_id, subject_id, key_compromise, method, acr, office_id, language,
                 requested_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            request.request_id,
            request.subject_id,
            request.key_compromise,
            request.method,
            request.acr,
            request.office_id,
            request.language,
            request.requested_at,
        )

    async def request(self, request_id: str) -> CertificateRevocationRequest | None:
        """Read a request."""
        row = await self._db.fetchrow(
            """
            SELECT request_id::text, subject_id::text, key_compromise, method, acr,
                   office_id::text, language, requested_at
              FROM certificate_revocation_request WHERE request_id = $1
            """,
            request_id,
        )
        return CertificateRevocationRequest(**row) if row else None


class HeldCertificateStore:
    """Signing certificates in force, as the signing service tells them."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, serial_number: str, subject_id: str, not_after: datetime) -> None:
        """Keep a certificate."""
        await self._db.execute(
            """
            INSERT INTO held_certificate (serial_number, subject_id, not_after)
            VALUES ($1, $2, $3)
            ON CONFLICT (serial_number) DO NOTHING
            """,
            serial_number,
            subject_id,
            not_after,
        )

    async def remove(self, serial_number: str) -> None:
        """Forget a revoked certificate."""
        await self._db.execute(
            "DELETE FROM held_certificate WHERE serial_number = $1", serial_number
        )

    async def signs(self, subject_id: str, now: datetime) -> bool:
        """Say whether the person holds a certificate in force."""
        found = await self._db.fetchval(
            "SELECT true FROM held_certificate WHERE subject_id = $1 AND not_after > $2 LIMIT 1",
            subject_id,
            now,
        )
        return bool(found)
