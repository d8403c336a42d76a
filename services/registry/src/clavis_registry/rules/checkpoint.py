"""Signed statements about the trail: what one says, and whether it is the registry's.

A statement is a compact JWS (RFC 7515) by ES256. Kept outside the database, it shows what the
trail was then: nobody can shorten or rewrite what came before without contradicting it.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from clavis_registry.rules.trail import GENESIS

TYPE = "clavis-checkpoint+jwt"
_ALGORITHMS = ["ES256"]


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says; hashes in hexadecimal, `iat` in seconds since 1970."""

    iss: str
    iat: int
    batch: int
    first: int
    last: int
    root: str
    chain: str
    previous: str


class CheckpointError(ValueError):
    """The statement is not one of this registry's."""


def fingerprint(statement: str | None) -> str:
    """Return what the following checkpoint says of this one."""
    return hashlib.sha256(statement.encode()).hexdigest() if statement else GENESIS.hex()


def sign(statement: Statement, key: ECKey) -> str:
    """Sign a statement; the key names itself by its thumbprint (RFC 7638)."""
    header = {"alg": "ES256", "typ": TYPE, "kid": key.thumbprint()}
    return jwt.encode(header, asdict(statement), key, algorithms=_ALGORITHMS)


def read(text: str, keys: KeySet) -> Statement:
    """Verify a statement under any of the keys. Raises CheckpointError."""
    try:
        token = jwt.decode(text, keys, algorithms=_ALGORITHMS)
        claims: dict[str, Any] = token.claims
        if token.header.get("typ") != TYPE:
            raise CheckpointError("is not a checkpoint")
        return Statement(**{name: claims[name] for name in Statement.__annotations__})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError("is not signed by a known key") from error


def public_keys(key: ECKey) -> KeySet:
    """Return the public half as a key set whose `kid` is the thumbprint."""
    public = key.as_dict(private=False, kid=key.thumbprint(), use="sig", alg="ES256")
    return KeySet.import_key_set({"keys": [public]})
