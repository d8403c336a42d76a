"""SQL of registrations: reading one with its history, writing one against its version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import RelyingParty
from clavis_gateway.store import rows

# What of a relying party goes into which column. `secret_hash` is of the release before; a digest
# that was there has moved into `secrets`.
_COLUMNS: Mapping[str, Callable[[RelyingParty], Any]] = {
    "metadata": lambda party: party.metadata,
    "profile": lambda party: party.profile,
    "secret_hash": lambda _: None,
    "minimum_loa": lambda party: int(party.minimum_loa),
    "allowed_methods": lambda party: sorted(party.allowed_methods),
    "sso_allowed": lambda party: party.sso_allowed,
    "first_party": lambda party: party.first_party,
    "sector": lambda party: party.sector,
    "names": lambda party: party.names,
    "purpose": lambda party: party.purpose,
    "audiences": lambda party: list(party.audiences),
    "status": lambda party: party.state.value,
    "acr_aliases": lambda party: party.acr_aliases,
    "sso_max_age_seconds": lambda party: party.sso_max_age_seconds,
    "level_max_age": lambda party: party.level_max_age,
    "secrets": lambda party: [secret.stored() for secret in party.secrets],
    "retiring_keys": lambda party: [
        {"jwk": key.jwk, "until": key.until.isoformat()} for key in party.retiring_keys
    ],
    "claim_purposes": lambda party: party.claim_purposes,
}
_OWN = (
    "managed_by", "state_set_by", "version", "registration_token_hash", "deregistered_at",
    "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registration:
    """A relying party with what only its administration needs."""

    party: RelyingParty
    managed_by: str
    """`operator`, `dynamic`, or `bundle:NAME`."""
    state_set_by: str
    version: int
    registration_token_hash: str | None
    deregistered_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """A registration as it is to be, and the change that leads there."""

    party: RelyingParty
    managed_by: str
    state_set_by: str
    registration_token_hash: str | None
    deregistered_at: datetime | None
    expected_version: int | None
    """The version it replaces; None for a new one."""
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history of a registration."""

    version: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


_NAMES = ("client_id", *_COLUMNS, "managed_by", "state_set_by", "registration_token_hash",
          "deregistered_at", "created_at", "updated_at")  # fmt: skip
_KEPT = {"client_id", "created_at"}
# One statement: who comes second finds another version and writes nothing.
_SAVE = f"""
    WITH saved AS (
        INSERT INTO relying_party ({", ".join(_NAMES)})
        VALUES ({", ".join(f"${place}" for place in range(1, len(_NAMES) + 1))})
        ON CONFLICT (client_id) DO UPDATE
           SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in _KEPT)},
               version = relying_party.version + 1
         WHERE relying_party.version = ${len(_NAMES) + 1}::bigint
        RETURNING client_id, version
    )
    INSERT INTO relying_party_change (client_id, version, at, actor, action, detail)
    SELECT client_id, version, ${len(_NAMES) + 2}, ${len(_NAMES) + 3}, ${len(_NAMES) + 4},
           ${len(_NAMES) + 5}
      FROM saved
    RETURNING version
"""  # noqa: S608 -- the interpolated text is constant column names


async def save(connection: Connection | Pool, write: Write) -> int | None:
    """Insert or replace a registration with its history; return the new version.

    None: it exists already, or is no longer at the expected version.
    """
    version: int | None = await connection.fetchval(
        _SAVE,
        write.party.client_id,
        *(read(write.party) for read in _COLUMNS.values()),
        write.managed_by,
        write.state_set_by,
        write.registration_token_hash,
        write.deregistered_at,
        write.at,
        write.at,
        write.expected_version,
        write.at,
        write.actor,
        write.action,
        write.detail,
    )
    return version


_SELECT = f"""
    SELECT {rows.columns(rows.RELYING_PARTY, "c")}, {rows.columns(_OWN, "c")}
      FROM relying_party c
"""  # noqa: S608 -- the interpolated text is constant column names


def _registration(row: rows.Row | None) -> Registration | None:
    party = rows.relying_party(row)
    if row is None or party is None:
        return None
    return Registration(party, **{name: row[f"c_{name}"] for name in _OWN})


async def find(connection: Connection | Pool, client_id: str) -> Registration | None:
    """Read a registration."""
    return _registration(await connection.fetchrow(_SELECT + " WHERE client_id = $1", client_id))


async def hold(connection: Connection, client_id: str) -> Registration | None:
    """Read a registration and let nobody else write it before the transaction ends."""
    row = await connection.fetchrow(_SELECT + " WHERE client_id = $1 FOR UPDATE", client_id)
    return _registration(row)


async def listed(
    connection: Connection | Pool,
    *,
    after: str = "",
    limit: int = 100,
    state: str | None = None,
    managed_by: str | None = None,
) -> list[Registration]:
    """Read registrations in the order of their identifiers."""
    found = await connection.fetch(
        _SELECT
        + """
          WHERE client_id > $1
            AND ($3::text IS NULL OR status = $3 OR (status = 'active' AND $3 = 'production'))
            AND ($4::text IS NULL OR managed_by = $4)
          ORDER BY client_id LIMIT $2
        """,
        after,
        limit,
        state,
        managed_by,
    )
    return [registration for row in found if (registration := _registration(row)) is not None]


async def changes(
    connection: Connection | Pool, client_id: str, *, limit: int = 100
) -> list[Change]:
    """Read the history of a registration, newest first."""
    found = await connection.fetch(
        """
        SELECT version, at, actor, action, detail FROM relying_party_change
         WHERE client_id = $1 ORDER BY change_id DESC LIMIT $2
        """,
        client_id,
        limit,
    )
    return [Change(**row) for row in found]


async def add_change(
    connection: Connection | Pool,
    client_id: str,
    *,
    at: datetime,
    actor: str,
    action: str,
    detail: dict[str, Any],
) -> None:
    """Record what was done beside a registration, which keeps its version."""
    await connection.execute(
        """
        INSERT INTO relying_party_change (client_id, version, at, actor, action, detail)
        SELECT client_id, version, $2, $3, $4, $5 FROM relying_party WHERE client_id = $1
        """,
        client_id,
        at,
        actor,
        action,
        detail,
    )
