"""SQL of the signing keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection, Pool

from clavis_gateway.rules.key_rotation import KeyAge, Plan, State

# One rotation at a time, whatever the number of processes.
_LOCK_KEY = 0x436C6176_6B657973


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A stored key; `private_key` is encrypted."""

    kid: str
    alg: str
    state: State
    public_jwk: dict[str, Any]
    private_key: bytes
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None

    @property
    def age(self) -> KeyAge:
        """What rotation decides by."""
        return KeyAge(
            self.kid, self.alg, self.state, self.created_at, self.activated_at, self.retired_at
        )


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to keep; `private_key` is encrypted."""

    kid: str
    alg: str
    state: State
    public_jwk: dict[str, Any]
    private_key: bytes


async def fetch_all(db: Connection | Pool) -> list[KeyRow]:
    """Read every key."""
    rows = await db.fetch(
        """
        SELECT kid, alg, state, public_jwk, private_key, created_at, activated_at, retired_at
          FROM signing_key
        """
    )
    return [KeyRow(**dict(row)) for row in rows]


async def lock(connection: Connection) -> None:
    """Wait until no other process rotates; the transaction's end lets the next one in."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK_KEY)


async def apply(connection: Connection, plan: Plan, made: list[NewKey], now: datetime) -> None:
    """Carry out a plan. The transaction is the caller's."""
    await connection.execute(
        "UPDATE signing_key SET state = 'retired', retired_at = $2 WHERE kid = ANY($1::text[])",
        plan.retire,
        now,
    )
    await connection.execute(
        "UPDATE signing_key SET state = 'active', activated_at = $2 WHERE kid = ANY($1::text[])",
        plan.activate,
        now,
    )
    await connection.execute("DELETE FROM signing_key WHERE kid = ANY($1::text[])", plan.forget)
    for key in made:
        await connection.execute(
            """
            INSERT INTO signing_key
                (kid, alg, state, public_jwk, private_key, created_at, activated_at)
            VALUES ($1, $2, $3::text, $4, $5, $6::timestamptz,
                    CASE WHEN $3::text = 'active' THEN $6::timestamptz END)
            """,
            key.kid,
            key.alg,
            key.state,
            key.public_jwk,
            key.private_key,
            now,
        )
