"""The public keys of a relying party: what may be registered, and how one set follows another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clavis_kit.jwks import import_public_key

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile, RetiringKey

# RFC 7518 section 6 and RFC 8037 section 2: what makes a key private or symmetric.
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
MAXIMUM_KEYS = 20


# RFC 7591 section 2: `jwks` and `jwks_uri` never both; RFC 7517 section 9.2 for what is private.
def check_keys(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a key set that is not one, or that holds what must stay with its owner."""
    jwks = metadata.get("jwks")
    if jwks is None:
        return
    if metadata.get("jwks_uri"):
        raise MetadataError("jwks and jwks_uri must not both be present")
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MAXIMUM_KEYS:
        raise MetadataError(f"jwks must have a list keys of 1 to {MAXIMUM_KEYS} keys")
    if not all(isinstance(key, dict) for key in keys):
        raise MetadataError("jwks.keys must be a list of objects")
    for place, key in enumerate(keys):
        if key.get("kty") == "oct" or PRIVATE & key.keys():
            raise MetadataError(f"jwks.keys[{place}] must be a public key")
        try:
            import_public_key(key)
        except ValueError as error:
            raise MetadataError(f"jwks.keys[{place}] cannot be read: {error}") from error


def public_keys(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Keep only the public members of a key set."""
    return {
        "keys": [
            {member: value for member, value in key.items() if member not in PRIVATE}
            for key in jwks["keys"]
        ]
    }


def retiring(
    registered: Sequence[Mapping[str, Any]],
    before: Sequence[RetiringKey],
    wanted: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    until: datetime,
) -> tuple[RetiringKey, ...]:
    """Say which keys still verify once `wanted` is registered.

    What was registered and is not wanted any more holds until `until`, what was retiring until its
    own date or `until`, whichever is first: an end at once ends all that came before.
    """
    if until <= now:
        return ()
    leaving = [RetiringKey(dict(key), until) for key in registered]
    earlier = [RetiringKey(key.jwk, min(key.until, until)) for key in before if key.until > now]
    return tuple(key for key in (*leaving, *earlier) if key.jwk not in wanted)
