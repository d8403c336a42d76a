"""Client secrets: what is kept of them, which hold at a moment, and how one follows another. Pure.

Of a secret only a keyed hash is kept: HMAC-SHA-256, under a key of the gateway, of the secret's
SHA-256. The digest in between is what an earlier release stored; such a digest stays verifiable and
is brought under the key, without knowing the secret, whenever its registration is written.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clavis_kit.keyed_hash import KeyedHash, sha256_hex

MAXIMUM_OVERLAP = timedelta(days=90)
MAXIMUM_SECRETS = 5  # more than a rotation in a rotation is a mistake


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """What is kept of a secret. `expires_at` None: until it is replaced or ended."""

    secret_id: str
    mac: str
    created_at: datetime | None = None
    expires_at: datetime | None = None
    keyed: bool = True
    """False for the bare digest of an earlier release."""

    def holds(self, now: datetime) -> bool:
        """Whether the secret is accepted at this moment."""
        return self.expires_at is None or self.expires_at > now

    def stored(self) -> dict[str, Any]:
        """Return the form in which the database keeps it."""
        times = {"created_at": self.created_at, "expires_at": self.expires_at}
        return {"secret_id": self.secret_id, "mac": self.mac, "keyed": self.keyed} | {
            name: moment.isoformat() if moment else None for name, moment in times.items()
        }


def read_stored(
    values: Sequence[Mapping[str, Any]], digest: str | None
) -> tuple[ClientSecret, ...]:
    """Read the stored form; `digest` is the column of the earlier release."""
    secrets = tuple(
        ClientSecret(
            value["secret_id"],
            value["mac"],
            _moment(value["created_at"]),
            _moment(value["expires_at"]),
            value["keyed"],
        )
        for value in values
    )
    if secrets or digest is None:
        return secrets
    return (ClientSecret("unkeyed", digest, keyed=False),)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def make(key: KeyedHash, secret: str, secret_id: str, now: datetime) -> ClientSecret:
    """Make what is kept of a new secret."""
    return ClientSecret(secret_id, key.of(sha256_hex(secret)), now)


def keyed(key: KeyedHash, secrets: Sequence[ClientSecret]) -> tuple[ClientSecret, ...]:
    """Bring bare digests under the key."""
    return tuple(
        secret if secret.keyed else replace(secret, mac=key.of(secret.mac), keyed=True)
        for secret in secrets
    )


# RFC 6749 section 10.10: every candidate is compared, each in constant time, so that the time tells
# neither how far a guess was right nor which of the secrets it was.
def proves(key: KeyedHash, secrets: Sequence[ClientSecret], offered: str, now: datetime) -> bool:
    """Say whether an offered secret is one of those that hold."""
    digest = sha256_hex(offered)
    mac = key.of(digest)
    right = False
    for secret in secrets:
        same = hmac.compare_digest(mac if secret.keyed else digest, secret.mac)
        right |= same and secret.holds(now)
    return right


def rotated(
    secrets: Sequence[ClientSecret], new: ClientSecret, now: datetime, overlap: timedelta
) -> tuple[ClientSecret, ...]:
    """Add a secret; those before hold for `overlap` at most. Raises ValueError with a sentence."""
    if not timedelta(0) <= overlap <= MAXIMUM_OVERLAP:
        raise ValueError(f"the overlap must be 0 to {MAXIMUM_OVERLAP.days} days")
    end = now + overlap
    before = tuple(
        replace(secret, expires_at=min(secret.expires_at or end, end)) for secret in secrets
    )
    kept = tuple(secret for secret in before if secret.holds(now))
    if len(kept) >= MAXIMUM_SECRETS:
        raise ValueError(f"{MAXIMUM_SECRETS} secrets hold already: end one first")
    return (*kept, new)


def ended(secrets: Sequence[ClientSecret], secret_id: str) -> tuple[ClientSecret, ...]:
    """Take one secret away. Raises ValueError with a sentence."""
    kept = tuple(secret for secret in secrets if secret.secret_id != secret_id)
    if len(kept) == len(secrets):
        raise ValueError("there is no secret with this identifier")
    return kept
