"""Documents on their way to a signature. Each step is one conditional statement."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from clavis_kit.db import Connection

# A claim whose process died is given back after this long.
CLAIM_LIFE = timedelta(minutes=2)

_COLUMNS = """
    transaction_id, subject_id, state, document_name, size_bytes, page_count, sha256, created_at,
    expires_at, policies_accepted, otp_id, signed_at, certificate_serial
"""


@dataclass(frozen=True)
class Transaction:
    """One document of one person."""

    transaction_id: str
    subject_id: str
    state: str
    document_name: str | None
    size_bytes: int
    page_count: int
    sha256: str
    created_at: datetime
    expires_at: datetime
    policies_accepted: bool = False
    otp_id: str | None = None
    signed_at: datetime | None = None
    certificate_serial: str | None = None


class TransactionStore:
    """Rows of `signing_transaction` and `document`."""

    def __init__(self, db: Connection) -> None:
        """Use the caller's connection."""
        self._db = db

    async def insert(self, transaction: Transaction, content: bytes) -> None:
        """Store a new document, ready to be looked at."""
        await self._db.execute(
            """
            INSERT INTO signing_transaction (transaction_id, subject_id, state, document_name,
                size_bytes, page_count, sha256, created_at, expires_at)
            VALUES ($1, $2, 'ready', $3, $4, $5, $6, $7, $8)
            """,
            transaction.transaction_id,
            transaction.subject_id,
            transaction.document_name,
            transaction.size_bytes,
            transaction.page_count,
            transaction.sha256,
            transaction.created_at,
            transaction.expires_at,
        )
        await self._put(transaction.transaction_id, "original", content)

    async def get(self, transaction_id: str, subject_id: str) -> Transaction | None:
        """Read a transaction of this person."""
        row = await self._db.fetchrow(
            f"SELECT {_COLUMNS} FROM signing_transaction"  # noqa: S608  a constant
            " WHERE transaction_id = $1 AND subject_id = $2",
            transaction_id,
            subject_id,
        )
        return _transaction(row) if row else None

    async def content(self, transaction_id: str, kind: str) -> bytes | None:
        """Read the bytes of a document, `original` or `signed`."""
        content: bytes | None = await self._db.fetchval(
            "SELECT content FROM document WHERE transaction_id = $1 AND kind = $2",
            transaction_id,
            kind,
        )
        return content

    async def count_kept(self, subject_id: str) -> int:
        """Count a person's documents whose bytes are still here."""
        count: int = await self._db.fetchval(
            """
            SELECT count(*)
              FROM document JOIN signing_transaction USING (transaction_id)
             WHERE subject_id = $1
            """,
            subject_id,
        )
        return count

    async def challenge(
        self, transaction_id: str, otp_id: str, *, policies_accepted: bool, now: datetime
    ) -> bool:
        """Bind the code just sent; the newest wins. False when signed, under way or expired."""
        bound = await self._db.fetchval(
            """
            UPDATE signing_transaction
               SET state = 'challenged', otp_id = $2, policies_accepted = $3, claim_id = NULL
             WHERE transaction_id = $1 AND expires_at > $4
               AND (state IN ('ready', 'challenged') OR (state = 'signing' AND claimed_at < $5))
            RETURNING true
            """,
            transaction_id,
            otp_id,
            policies_accepted,
            now,
            now - CLAIM_LIFE,
        )
        return bool(bound)

    async def claim(self, transaction_id: str, otp_id: str, claim_id: str, now: datetime) -> bool:
        """Take the one right to sign this document; False when somebody has it or had it."""
        claimed = await self._db.fetchval(
            """
            UPDATE signing_transaction SET state = 'signing', claim_id = $3, claimed_at = $4
             WHERE transaction_id = $1 AND state = 'challenged' AND otp_id = $2
               AND expires_at > $4
            RETURNING true
            """,
            transaction_id,
            otp_id,
            claim_id,
            now,
        )
        return bool(claimed)

    async def release(self, transaction_id: str, claim_id: str) -> None:
        """Give the right back after a failure: a new code may be asked for."""
        await self._db.execute(
            """
            UPDATE signing_transaction SET state = 'ready', claim_id = NULL, otp_id = NULL
             WHERE transaction_id = $1 AND claim_id = $2 AND state = 'signing'
            """,
            transaction_id,
            claim_id,
        )

    async def complete(
        self, transaction_id: str, claim_id: str, serial_number: str, signed: bytes, now: datetime
    ) -> bool:
        """Store the signature and forget the original; False when the claim was lost."""
        completed = await self._db.fetchval(
            """
            UPDATE signing_transaction
               SET state = 'signed', signed_at = $4, certificate_serial = $3, claim_id = NULL
             WHERE transaction_id = $1 AND claim_id = $2 AND state = 'signing'
            RETURNING true
            """,
            transaction_id,
            claim_id,
            serial_number,
            now,
        )
        if completed:
            await self._db.execute("DELETE FROM document WHERE transaction_id = $1", transaction_id)
            await self._put(transaction_id, "signed", signed)
        return bool(completed)

    async def mark_delivered(self, transaction_id: str, now: datetime) -> None:
        """Note the first download of the signed document."""
        await self._db.execute(
            "UPDATE signing_transaction SET delivered_at = coalesce(delivered_at, $2)"
            " WHERE transaction_id = $1",
            transaction_id,
            now,
        )

    async def purge(self, now: datetime, delivered_before: datetime) -> int:
        """Forget documents that were delivered or left alone, and their names; count them."""
        rows = await self._db.fetch(
            """
            WITH due AS (
                UPDATE signing_transaction SET document_name = NULL
                 WHERE (expires_at <= $1 OR delivered_at <= $2)
                   AND transaction_id IN (SELECT transaction_id FROM document)
                RETURNING transaction_id
            )
            DELETE FROM document USING due
             WHERE document.transaction_id = due.transaction_id
            RETURNING document.transaction_id
            """,
            now,
            delivered_before,
        )
        return len(rows)

    async def _put(self, transaction_id: str, kind: str, content: bytes) -> None:
        await self._db.execute(
            "INSERT INTO document (transaction_id, kind, content) VALUES ($1, $2, $3)",
            transaction_id,
            kind,
            content,
        )


def _transaction(row: asyncpg.Record) -> Transaction:
    fields = dict(row)
    fields["transaction_id"] = str(fields["transaction_id"])
    fields["subject_id"] = str(fields["subject_id"])
    return Transaction(**fields)
