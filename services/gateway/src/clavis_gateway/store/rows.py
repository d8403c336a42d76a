"""From database rows to records. Column lists live here once, prefixed for joins."""

from __future__ import annotations

import json
from collections.abc import Hashable
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
from clavis_kit.loa import Loa

from clavis_gateway.records import (
    AccessToken,
    Code,
    Grant,
    RefreshToken,
    RelyingParty,
    RetiringKey,
    Session,
)
from clavis_gateway.rules.client_secrets import read_stored

Row = asyncpg.Record

RELYING_PARTY = (
    "client_id", "metadata", "profile", "secret_hash", "minimum_loa", "allowed_methods",
    "sso_allowed", "first_party", "sector", "names", "purpose", "audiences", "status",
    "acr_aliases", "sso_max_age_seconds", "level_max_age",
    "secrets", "retiring_keys", "claim_purposes",
)  # fmt: skip
# Of a relying party they come as text: what they say is read once for each content.
_TEXTS = frozenset({
    "metadata", "names", "purpose", "acr_aliases", "level_max_age", "secrets", "retiring_keys",
    "claim_purposes",
})  # fmt: skip
REMEMBERED_CLIENTS = 1000
SESSION = (
    "session_id", "subject_id", "loa", "method", "enrolment_level", "amr", "auth_time",
    "started_at", "last_seen_at", "expires_at", "level_at",
)  # fmt: skip
GRANT = (
    "grant_id", "client_id", "subject_id", "sub", "session_id", "scope", "claims", "acr",
    "method", "amr", "auth_time", "nonce", "created_at", "expires_at", "revoked_at",
    "resources", "authorization_details", "claims_locales",
)  # fmt: skip
CODE = (
    "code_hash", "grant_id", "redirect_uri", "code_challenge", "dpop_jkt", "expires_at",
    "consumed_at",
)  # fmt: skip
REFRESH_TOKEN = (
    "token_hash", "grant_id", "scope", "jkt", "created_at", "expires_at", "consumed_at",
    "parent_hash", "retried_at", "succeeded_at", "x5t",
)  # fmt: skip
ACCESS_TOKEN = (
    "handle_hash", "grant_id", "client_id", "scope", "audience", "jkt", "issued_at",
    "expires_at", "revoked_at", "authorization_details", "x5t",
)  # fmt: skip


def columns(names: tuple[str, ...], alias: str) -> str:
    """List columns of a joined table under unambiguous names: `g.scope AS g_scope, ...`."""
    texts = _TEXTS if names is RELYING_PARTY else frozenset[str]()
    return ", ".join(
        f"{alias}.{name}{'::text' if name in texts else ''} AS {alias}_{name}" for name in names
    )


def _values(row: Row, names: tuple[str, ...], alias: str) -> dict[str, Any] | None:
    if row[f"{alias}_{names[0]}"] is None:
        return None
    values = {name: row[f"{alias}_{name}"] for name in names}
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return values


def relying_party(row: Row | None, alias: str = "c") -> RelyingParty | None:
    """Read a client, or None when the join found none.

    The same content gives the same record, which nobody may change.
    """
    if row is None or row[f"{alias}_client_id"] is None:
        return None
    stored = (row[f"{alias}_{name}"] for name in RELYING_PARTY)
    return _relying_party(*(tuple(v) if isinstance(v, list) else v for v in stored))


# Every request names a client, and registrations seldom change: reading the same JSON again was a
# seventh of an introspection.
@lru_cache(REMEMBERED_CLIENTS)
def _relying_party(*stored: Hashable) -> RelyingParty:
    values: dict[str, Any] = dict(zip(RELYING_PARTY, stored, strict=True))
    for name in _TEXTS:
        values[name] = json.loads(values[name])
    values["minimum_loa"] = Loa(values["minimum_loa"])
    values["allowed_methods"] = frozenset(values["allowed_methods"])
    values["secrets"] = read_stored(values["secrets"], values.pop("secret_hash"))
    values["retiring_keys"] = tuple(
        RetiringKey(key["jwk"], datetime.fromisoformat(key["until"]))
        for key in values["retiring_keys"]
    )
    return RelyingParty(**values)


def session(row: Row | None, alias: str = "s") -> Session | None:
    """Read a session, or None when the join found none."""
    values = _values(row, SESSION, alias) if row else None
    if values is None:
        return None
    values["loa"] = Loa(values["loa"])
    return Session(**values)


def grant(row: Row | None, alias: str = "g") -> Grant | None:
    """Read a grant, or None when the join found none."""
    values = _values(row, GRANT, alias) if row else None
    return Grant(**values) if values else None


def code(row: Row | None, alias: str = "a") -> Code | None:
    """Read an authorization code, or None when the join found none."""
    values = _values(row, CODE, alias) if row else None
    return Code(**values) if values else None


def refresh_token(row: Row | None, alias: str = "r") -> RefreshToken | None:
    """Read a refresh token, or None when the join found none."""
    values = _values(row, REFRESH_TOKEN, alias) if row else None
    return RefreshToken(**values) if values else None


def access_token(row: Row | None, alias: str = "t") -> AccessToken | None:
    """Read an access token, or None when the join found none."""
    values = _values(row, ACCESS_TOKEN, alias) if row else None
    return AccessToken(**values) if values else None
