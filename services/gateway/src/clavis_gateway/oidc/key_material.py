"""Signing keys as such: made, encrypted at rest, parsed once, used by algorithm."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clavis_gateway.store.signing_keys import KeyRow, NewKey

RSA_BITS = 2048
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2
# Fast enough for the event loop; RSA is not.
LOOP_ALGS = frozenset({"ES256", "EdDSA"})
Key = ECKey | RSAKey | OKPKey


class KeyEncryptionError(RuntimeError):
    """The key encryption key does not open the stored signing keys."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One parsed key."""

    kid: str
    alg: str
    public_jwk: dict[str, Any]
    key: Key


def generate(alg: str) -> Key:
    """Make a fresh key pair for an algorithm."""
    if alg == "ES256":
        return ECKey.generate_key("P-256")
    if alg == "EdDSA":
        return OKPKey.generate_key("Ed25519")
    return RSAKey.generate_key(RSA_BITS)


def describe(key: Key, alg: str) -> dict[str, Any]:
    """Return the public JWK; RFC 7638 makes its kid."""
    return dict(key.as_dict(private=False)) | {"kid": key.thumbprint(), "alg": alg, "use": "sig"}


def encrypted(aead: AESGCM, key: Key, alg: str, state: Any) -> NewKey:
    """Encrypt a key for the database; the kid is bound to it."""
    kid, nonce = key.thumbprint(), os.urandom(NONCE_BYTES)
    sealed = nonce + aead.encrypt(nonce, key.as_der(private=True), kid.encode())
    return NewKey(kid, alg, state, describe(key, alg), sealed)


def decrypted(aead: AESGCM, row: KeyRow) -> SigningKey:
    """Open a stored key. Raises KeyEncryptionError."""
    sealed = row.private_key
    try:
        der = aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.kid.encode())
    except InvalidTag as error:
        raise KeyEncryptionError("the key encryption key does not open signing keys") from error
    return SigningKey(row.kid, row.alg, row.public_jwk, _parse(der, row.alg))


def _parse(der: bytes, alg: str) -> Key:
    if alg == "ES256":
        return ECKey.import_key(der)
    if alg == "EdDSA":
        return OKPKey.import_key(der)
    # What our own authenticated encryption opens needs no second proof of its primes, which costs
    # a tenth of a second per RSA key.
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise KeyEncryptionError(f"a key for {alg} is no RSA key")
    return RSAKey.import_key(key)


def encode(key: SigningKey, claims: dict[str, Any], typ: str) -> str:
    """Sign claims as a JWT."""
    header = {"alg": key.alg, "typ": typ, "kid": key.kid}
    with _old_name(key.alg):
        return jwt.encode(header, claims, key.key, algorithms=[key.alg])


def decode(key: SigningKey, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a JWT signed by the key. Raises JoseError or ValueError."""
    with _old_name(key.alg):
        decoded = jwt.decode(token, key.key, algorithms=[key.alg])
    return dict(decoded.header), dict(decoded.claims)


class _old_name:  # noqa: N801 -- reads as the statement it is
    """Let EdDSA pass: RFC 9864 renamed it, clients and FAPI 2.0 still use the old name."""

    def __init__(self, alg: str) -> None:
        self._guard = warnings.catch_warnings() if alg == "EdDSA" else None

    def __enter__(self) -> None:
        if self._guard is not None:
            self._guard.__enter__()
            warnings.simplefilter("ignore", SecurityWarning)

    def __exit__(self, *exc: object) -> None:
        if self._guard is not None:
            self._guard.__exit__(None, None, None)
