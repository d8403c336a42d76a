"""Writing registrations: decided over what is stored, saved with who did it, against a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clavis_kit.clock import Clock
from clavis_kit.db import Connection, Pool
from clavis_kit.keyed_hash import KeyedHash

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.records import RelyingParty
from clavis_gateway.registration.differences import detail, differences
from clavis_gateway.registration.keys import check_keys, retiring
from clavis_gateway.registration.party import relying_party
from clavis_gateway.rules import client_secrets
from clavis_gateway.rules.registration_states import State, refusal
from clavis_gateway.store import relying_parties
from clavis_gateway.store.relying_parties import Registration, Write

OPERATOR, DYNAMIC = "operator", "dynamic"
AT_ONCE = timedelta(0)


class VersionError(Exception):
    """Somebody else wrote the registration meanwhile."""


@dataclass(frozen=True, slots=True)
class Registrar:
    """What every change of a registration needs: who acts, and with which keys and clock."""

    issuer: str
    secret_key: KeyedHash
    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    actor: str
    """A person or a process of the operator, or `client:ID` for the relying party itself."""


def planned(
    registrar: Registrar,
    description: dict[str, Any],
    stored: RelyingParty | None,
    overlap: timedelta = AT_ONCE,
) -> RelyingParty:
    """Return the relying party that a description leads to. Raises MetadataError.

    Secrets and keys that are replaced hold for `overlap` more.
    """
    wanted = relying_party(description, registrar.issuer, stored)
    if stored is not None and (fault := refusal(stored.state, wanted.state)) is not None:
        raise MetadataError(fault)
    now = registrar.clock.now()
    secrets = client_secrets.keyed(registrar.secret_key, wanted.secrets)
    offered = description.get("client_secret")
    if offered is not None and wanted.auth_method in SECRET_METHODS:
        secrets = _with_secret(registrar, secrets, offered, overlap, now)
    return replace(wanted, secrets=secrets, retiring_keys=_retiring(wanted, stored, overlap, now))


def _with_secret(
    registrar: Registrar,
    secrets: tuple[client_secrets.ClientSecret, ...],
    offered: str,
    overlap: timedelta,
    now: datetime,
) -> tuple[client_secrets.ClientSecret, ...]:
    key = registrar.secret_key
    lasting = [secret for secret in secrets if secret.expires_at is None]
    if client_secrets.proves(key, lasting, offered, now):
        return secrets
    new = client_secrets.make(key, offered, registrar.new_id(), now)
    try:
        return client_secrets.rotated(secrets, new, now, overlap)
    except ValueError as error:
        raise MetadataError(f"client_secret: {error}") from error


def _retiring(
    wanted: RelyingParty, stored: RelyingParty | None, overlap: timedelta, now: datetime
) -> Any:
    before = stored.metadata.get("jwks", {}) if stored else {}
    after = wanted.metadata.get("jwks", {})
    if stored is None or before == after:
        return wanted.retiring_keys
    return retiring(
        before.get("keys", []), stored.retiring_keys, after.get("keys", []),
        now=now, until=now + overlap,
    )  # fmt: skip


async def write(
    registrar: Registrar,
    connection: Connection | Pool,
    before: Registration | None,
    party: RelyingParty,
    *,
    action: str,
    managed_by: str | None = None,
    **own: Any,
) -> int:
    """Save a registration and its history; return its version.

    Raises VersionError, and MetadataError for a registration that its owner deleted.
    """
    if before is not None and before.deregistered_at is not None:
        raise MetadataError("client_id belongs to a registration that its owner deleted")
    moved = before is None or before.party.state is not party.state
    version = await relying_parties.save(
        connection,
        Write(
            party=party,
            managed_by=managed_by or (before.managed_by if before else OPERATOR),
            state_set_by=registrar.actor if moved or before is None else before.state_set_by,
            registration_token_hash=own.get(
                "registration_token_hash", before.registration_token_hash if before else None
            ),
            deregistered_at=own.get("deregistered_at", before.deregistered_at if before else None),
            expected_version=before.version if before else None,
            at=registrar.clock.now(),
            actor=registrar.actor,
            action=action,
            detail=detail(before.party if before else None, party),
        ),
    )
    if version is None:
        raise VersionError
    return version


async def apply(
    registrar: Registrar, connection: Connection | Pool, description: dict[str, Any]
) -> list[str]:
    """Register or change one relying party; return the names of what changed."""
    before = await relying_parties.find(connection, str(description.get("client_id")))
    party = planned(registrar, description, before.party if before else None)
    changed = differences(before.party if before else None, party)
    if changed:
        await write(registrar, connection, before, party, action="apply")
    return changed


async def set_state(
    registrar: Registrar, connection: Connection | Pool, before: Registration, state: State
) -> int:
    """Bring a relying party to another state. Raises MetadataError, VersionError."""
    fault = refusal(before.party.state, state)
    if fault is not None:
        raise MetadataError(fault)
    party = replace(before.party, status=state.value)
    return await write(registrar, connection, before, party, action="state")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that was just made; `secret` is shown once and kept nowhere."""

    secret_id: str
    secret: str
    version: int


async def rotate_secret(
    registrar: Registrar, connection: Connection | Pool, before: Registration, overlap: timedelta
) -> NewSecret:
    """Give a relying party a new secret. Raises MetadataError, VersionError."""
    if before.party.auth_method not in SECRET_METHODS:
        raise MetadataError("client_secret is not how this relying party authenticates")
    now, secret = registrar.clock.now(), registrar.new_secret()
    new = client_secrets.make(registrar.secret_key, secret, registrar.new_id(), now)
    held = client_secrets.keyed(registrar.secret_key, before.party.secrets)
    try:
        secrets = client_secrets.rotated(held, new, now, overlap)
    except ValueError as error:
        raise MetadataError(f"client_secret: {error}") from error
    party = replace(before.party, secrets=secrets)
    version = await write(registrar, connection, before, party, action="rotate_secret")
    return NewSecret(new.secret_id, secret, version)


async def end_secret(
    registrar: Registrar, connection: Connection | Pool, before: Registration, secret_id: str
) -> int:
    """End one secret now. Raises MetadataError, VersionError."""
    held = client_secrets.keyed(registrar.secret_key, before.party.secrets)
    try:
        secrets = client_secrets.ended(held, secret_id)
    except ValueError as error:
        raise MetadataError(f"client_secret: {error}") from error
    party = replace(before.party, secrets=secrets)
    return await write(registrar, connection, before, party, action="end_secret")


async def rotate_keys(
    registrar: Registrar,
    connection: Connection | Pool,
    before: Registration,
    jwks: dict[str, Any],
    overlap: timedelta,
) -> int:
    """Replace the registered keys; the old ones verify for `overlap` more.

    Raises MetadataError, VersionError.
    """
    if before.party.metadata.get("jwks_uri"):
        raise MetadataError("jwks_uri is where this relying party publishes its keys")
    if not AT_ONCE <= overlap <= client_secrets.MAXIMUM_OVERLAP:
        days = client_secrets.MAXIMUM_OVERLAP.days
        raise MetadataError(f"jwks: the overlap must be 0 to {days} days")
    metadata = {**before.party.metadata, "jwks": jwks}
    check_keys(before.party.profile, metadata)
    party = replace(before.party, metadata=metadata)
    now = registrar.clock.now()
    party = replace(party, retiring_keys=_retiring(party, before.party, overlap, now))
    return await write(registrar, connection, before, party, action="rotate_keys")
