"""SQL of the refusal log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request, as its relying party may see it."""

    refusal_id: str
    client_id: str
    occurred_at: datetime
    endpoint: str
    rule: str
    error: str
    authenticated: bool
    parameters: dict[str, str]
    request_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which refusals are asked for, newest first, after the last one seen."""

    client_id: str
    since: datetime | None = None
    endpoint: str | None = None
    rule: str | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


# A client erased meanwhile takes its refusals with it: the join leaves them out.
async def add(pool: Pool, refusals: Sequence[Refusal]) -> None:
    """Keep a batch, in one statement."""
    await pool.execute(
        """
        INSERT INTO refusal (refusal_id, client_id, occurred_at, endpoint, rule, error,
                             authenticated, parameters, request_id)
        SELECT new.refusal_id, client_id, new.occurred_at, new.endpoint, new.rule, new.error,
               new.authenticated, new.parameters, new.request_id
          FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[],
                      $6::text[], $7::boolean[], $8::jsonb[], $9::text[])
               AS new (refusal_id, client_id, occurred_at, endpoint, rule, error, authenticated,
                       parameters, request_id)
          JOIN relying_party USING (client_id)
            ON CONFLICT (refusal_id) DO NOTHING
        """,
        *map(list, zip(*map(_values, refusals), strict=True)),
    )


def _values(refusal: Refusal) -> tuple[object, ...]:
    return (
        refusal.refusal_id, refusal.client_id, refusal.occurred_at, refusal.endpoint, refusal.rule,
        refusal.error, refusal.authenticated, refusal.parameters, refusal.request_id,
    )  # fmt: skip


async def read(pool: Pool, wanted: Wanted) -> list[Refusal]:
    """Return up to `limit` refusals, newest first."""
    at, refusal_id = wanted.before or (None, None)
    rows = await pool.fetch(
        """
        SELECT refusal_id, client_id, occurred_at, endpoint, rule, error, authenticated,
               parameters, request_id
          FROM refusal
         WHERE client_id = $1
           AND ($2::timestamptz IS NULL OR occurred_at >= $2)
           AND ($3::text IS NULL OR endpoint = $3)
           AND ($4::text IS NULL OR rule = $4)
           AND ($5::timestamptz IS NULL OR (occurred_at, refusal_id) < ($5, $6::text))
         ORDER BY occurred_at DESC, refusal_id DESC
         LIMIT $7
        """,
        wanted.client_id, wanted.since, wanted.endpoint, wanted.rule, at, refusal_id, wanted.limit,
    )  # fmt: skip
    return [Refusal(**dict(row)) for row in rows]
