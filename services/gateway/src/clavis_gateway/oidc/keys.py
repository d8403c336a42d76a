"""The provider's signing keys: parsed once, encrypted at rest, rotated without a gap.

A `next` key is published before it signs, a `retired` one after it stopped, so that no relying
party meets a token it cannot verify (OpenID Connect Core 1.0 section 10.1.1).
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from clavis_gateway.oidc.metadata import ID_TOKEN_ALGS
from clavis_gateway.store import signing_keys

RSA_BITS = 2048
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2
KEEP_RETIRED = timedelta(days=1)  # longer than any token lives and any relying party caches
_log = get_logger(__name__)
Key = ECKey | RSAKey


class KeyEncryptionError(RuntimeError):
    """The key encryption key does not open the stored signing keys."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One parsed key."""

    kid: str
    alg: str
    state: str
    public_jwk: dict[str, Any]
    key: Key


def generate(alg: str) -> Key:
    """Make a fresh key pair for an algorithm."""
    return ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(RSA_BITS)


def _encrypt(aead: AESGCM, kid: str, key: Key) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + aead.encrypt(nonce, key.as_der(private=True), kid.encode())


def _decrypt(aead: AESGCM, row: signing_keys.KeyRow) -> Key:
    sealed = row.private_key
    try:
        der = aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.kid.encode())
    except InvalidTag as error:
        raise KeyEncryptionError("the key encryption key does not open signing keys") from error
    # What our own authenticated encryption opens needs no second proof of its primes, which costs
    # a tenth of a second per RSA key.
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, RSAPrivateKey):
        return RSAKey.import_key(key)
    return ECKey.import_key(der)


class KeyRing:
    """The keys in force, shared by all requests of this process."""

    def __init__(self, pool: Pool, clock: Clock, key_encryption_key: bytes) -> None:
        """Hold what is needed to load; `load` does the work."""
        self._pool = pool
        self._clock = clock
        self._aead = AESGCM(key_encryption_key[:32])
        self._rsa = BoundedPool("rsa-signing", workers=2, queue=64)
        self._keys: dict[str, SigningKey] = {}
        self._public = KeySet([])

    async def load(self) -> None:
        """Read the keys, making those that are missing: an active and a next one per algorithm."""
        if await self._read():
            return
        for alg in ID_TOKEN_ALGS:
            for state in ("active", "next"):
                await self._add(alg, state)
        await self._read()

    async def _read(self) -> bool:
        rows = await signing_keys.fetch_all(self._pool)
        self._keys = {
            row.kid: self._keys[row.kid]
            if row.kid in self._keys and self._keys[row.kid].state == row.state
            else SigningKey(row.kid, row.alg, row.state, row.public_jwk, _decrypt(self._aead, row))
            for row in rows
        }
        if rows:
            self._public = KeySet.import_key_set({"keys": [row.public_jwk for row in rows]})
        held = {(row.alg, row.state) for row in rows}
        return all((alg, state) in held for alg in ID_TOKEN_ALGS for state in ("active", "next"))

    async def _add(self, alg: str, state: str) -> None:
        # Two processes may start at once: the unique index lets one key per place stand.
        key = await self._rsa.run(generate, alg)
        kid = key.thumbprint()
        public = dict(key.as_dict(private=False)) | {"kid": kid, "alg": alg, "use": "sig"}
        await signing_keys.add(
            self._pool, kid, alg, state, public, _encrypt(self._aead, kid, key), self._clock.now()
        )

    async def rotate(self) -> None:
        """Let the next keys sign, retire the active ones, make new next ones."""
        now = self._clock.now()
        await signing_keys.promote(self._pool, now)
        await signing_keys.drop_retired(self._pool, now - KEEP_RETIRED)
        await self.load()

    async def keep_fresh(self, every_seconds: float) -> None:
        """Follow rotations made elsewhere, until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await self.load()
            except Exception as error:  # noqa: BLE001 -- the keys at hand stay good meanwhile
                _log.warning("signing_keys_not_reloaded", error_type=type(error).__name__)

    def jwks(self) -> dict[str, Any]:
        """Return the public key set, active keys first."""
        order = {"active": 0, "next": 1, "retired": 2}
        keys = sorted(self._keys.values(), key=lambda key: (order[key.state], key.alg))
        return {"keys": [key.public_jwk for key in keys]}

    def _active(self, alg: str) -> SigningKey:
        return next(k for k in self._keys.values() if k.alg == alg and k.state == "active")

    def sign_es256(self, claims: dict[str, Any], typ: str = "JWT") -> str:
        """Sign with ES256, fast enough for the event loop."""
        return self._encode(self._active("ES256"), claims, typ)

    async def sign(self, alg: str, claims: dict[str, Any], typ: str = "JWT") -> str:
        """Sign; RSA runs in a bounded pool that sheds with 503. Raises Overloaded."""
        if alg == "ES256":
            return self.sign_es256(claims, typ)
        return await self._rsa.run(self._encode, self._active(alg), claims, typ)

    @staticmethod
    def _encode(key: SigningKey, claims: dict[str, Any], typ: str) -> str:
        header = {"alg": key.alg, "typ": typ, "kid": key.kid}
        return jwt.encode(header, claims, key.key, algorithms=[key.alg])

    def verify(self, token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return header and claims of a token of ours, whatever its times; None when it is not."""
        try:
            decoded = jwt.decode(token, self._public, algorithms=list(ID_TOKEN_ALGS))
        except (JoseError, ValueError):
            return None
        return dict(decoded.header), dict(decoded.claims)

    def close(self) -> None:
        """Stop the signing threads."""
        self._rsa.close()
