"""SQL of tester lists: who may log in at a relying party in test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import RelyingParty

Kind = Literal["subject", "national_id"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A person by subject id or by the keyed hash of a national identity number."""

    kind: Kind
    value: str
    added_at: datetime
    added_by: str


# A person is on the list as one of two: by the subject id, or by an identity number, which the
# person may have been given before anything was known of them here.
_IS_TESTER = """
    EXISTS (
        SELECT 1 FROM relying_party_tester t
         WHERE t.client_id = $1
           AND (t.kind = 'subject' AND t.value = $2
                OR t.kind = 'national_id' AND t.value = (
                    SELECT national_id_hash FROM person WHERE subject_id = $2
                ))
    )
"""


async def admitted(connection: Connection | Pool, client: RelyingParty, subject_id: str) -> bool:
    """Say whether the state of the relying party lets this person in."""
    if not client.in_test:
        return client.active
    return bool(await connection.fetchval(f"SELECT {_IS_TESTER}", client.client_id, subject_id))


async def add(connection: Connection, client_id: str, entry: Entry) -> bool:
    """Put a person on the list; False when it was there already."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO relying_party_tester (client_id, kind, value, added_at, added_by)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true
            """,
            client_id,
            entry.kind,
            entry.value,
            entry.added_at,
            entry.added_by,
        )
    )


async def remove(
    connection: Connection, client_id: str, kind: Kind, value: str, now: datetime
) -> bool:
    """Take a person off the list and end what the tests gave; False when it was not there."""
    removed = await connection.fetchval(
        """
        DELETE FROM relying_party_tester WHERE client_id = $1 AND kind = $2 AND value = $3
        RETURNING true
        """,
        client_id,
        kind,
        value,
    )
    if not removed:
        return False
    await connection.execute(
        """
        UPDATE authorization_grant g SET revoked_at = $4, revoked_reason = 'tester_removed'
          FROM relying_party c
         WHERE c.client_id = g.client_id AND c.status = 'test'
           AND g.client_id = $1 AND g.revoked_at IS NULL
           AND g.subject_id IN (
               SELECT $3 WHERE $2 = 'subject'
               UNION SELECT subject_id FROM person
                      WHERE $2 = 'national_id' AND national_id_hash = $3
           )
        """,
        client_id,
        kind,
        value,
        now,
    )
    return True


async def listed(connection: Connection | Pool, client_id: str) -> list[Entry]:
    """Read a tester list."""
    found = await connection.fetch(
        """
        SELECT kind, value, added_at, added_by FROM relying_party_tester
         WHERE client_id = $1 ORDER BY added_at, value
        """,
        client_id,
    )
    return [Entry(**row) for row in found]
