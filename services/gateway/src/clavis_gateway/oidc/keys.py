"""The provider's signing keys in force: loaded once, followed, rotated without a gap.

A `next` key is published before it signs, a `retired` one after it stopped, so that no relying
party meets a token it cannot verify (OpenID Connect Core 1.0 section 10.1.1). When is what
`rules/key_rotation.py` says; this is who does it.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from typing import Any

from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from clavis_kit.service_tokens import unverified_part
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.errors import JoseError
from prometheus_client import Gauge

from clavis_gateway.oidc import key_material
from clavis_gateway.oidc.key_material import LOOP_ALGS, KeyEncryptionError, SigningKey
from clavis_gateway.oidc.metadata import SIGNING_ALGS
from clavis_gateway.rules.key_rotation import KeyAge, Plan, RotationPolicy, plan, seasoned
from clavis_gateway.store import signing_keys
from clavis_gateway.store.signing_keys import KeyRow, NewKey

__all__ = ["KeyEncryptionError", "KeyRing"]

KEY_AGE = Gauge("clavis_signing_key_age_seconds", "Age of the key that signs", ["alg"])
REMEMBERED_STRANGERS = 256
THUMBPRINT_LENGTH = 43  # RFC 7638 with SHA-256, as base64url
_PUBLISHED_ORDER = {"active": 0, "next": 1, "retired": 2}
_log = get_logger(__name__)


class KeyRing:
    """The keys in force, shared by all requests of this process."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        key_encryption_key: bytes,
        policy: RotationPolicy | None = None,
    ) -> None:
        """Hold what is needed to load; `load` does the work."""
        self._pool = pool
        self._clock = clock
        self._policy = policy or RotationPolicy()
        self._aead = AESGCM(key_encryption_key[:32])
        self._rsa = BoundedPool("rsa", workers=2, queue=64)
        self._keys: dict[str, SigningKey] = {}
        self._active: dict[str, SigningKey] = {}
        self._ages: list[KeyAge] = []
        self.published = b'{"keys":[]}'
        """The public key set as it is served: JSON, current keys first."""
        self._strangers: OrderedDict[str, None] = OrderedDict()
        self._loading = asyncio.Lock()

    @property
    def rsa(self) -> BoundedPool:
        """Where all RSA work of the process runs; it sheds with 503 when full."""
        return self._rsa

    async def load(self) -> None:
        """Read the keys; make those that are missing and rotate those whose time has come."""
        await self._read()
        if not self._plan(self._ages).empty:
            await self._turn()

    async def rotate(self) -> bool:
        """Let the next keys sign now, by order of the operator.

        Returns whether they had been published for so long that every cache knows them.
        """
        return await self._turn(at_once=True)

    def _plan(self, ages: list[KeyAge], *, at_once: bool = False) -> Plan:
        return plan(ages, SIGNING_ALGS, self._policy, self._clock.now(), at_once=at_once)

    async def _turn(self, *, at_once: bool = False) -> bool:
        # Under the lock the plan is made anew: what another process has just done is not repeated.
        async with self._pool.acquire() as connection, connection.transaction():
            await signing_keys.lock(connection)
            rows = await signing_keys.fetch_all(connection)
            ages = [row.age for row in rows]
            changes = self._plan(ages, at_once=at_once)
            made = [await self._make(alg, state) for alg, state in changes.make]
            await signing_keys.apply(connection, changes, made, self._clock.now())
        if changes.activate:
            _log.info("signing_keys_rotated", by_order=at_once, count=len(changes.activate))
        await self._read()
        now = self._clock.now()
        turned = [age for age in ages if age.kid in changes.activate]
        return all(seasoned(age, self._policy, now) for age in turned)

    async def _make(self, alg: str, state: str) -> NewKey:
        key = await self._rsa.run(key_material.generate, alg)
        return key_material.encrypted(self._aead, key, alg, state)

    async def _read(self) -> None:
        rows = await signing_keys.fetch_all(self._pool)
        known = self._keys
        keys = {
            row.kid: known.get(row.kid) or key_material.decrypted(self._aead, row) for row in rows
        }
        self._keys = keys
        self._active = {row.alg: keys[row.kid] for row in rows if row.state == "active"}
        self._ages = [row.age for row in rows]
        ordered = sorted(rows, key=_published_place)
        published = {"keys": [row.public_jwk for row in ordered]}
        self.published = json.dumps(published, separators=(",", ":")).encode()
        self._measure()

    def _measure(self) -> None:
        now = self._clock.now()
        for age in self._ages:
            if age.state == "active":
                since = age.activated_at or age.created_at
                KEY_AGE.labels(age.alg).set((now - since).total_seconds())

    async def keep_fresh(self, every_seconds: float) -> None:
        """Follow rotations made elsewhere and make our own when due, until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await self.load()
            except Exception as error:  # noqa: BLE001 -- the keys at hand stay good meanwhile
                _log.warning("signing_keys_not_reloaded", error_type=type(error).__name__)

    async def learn(self, token: str) -> None:
        """Look up the key of a token once if another process made it since we last read."""
        kid = unverified_part(token, 0).get("kid")
        if not isinstance(kid, str) or len(kid) != THUMBPRINT_LENGTH:
            return
        if kid in self._keys or kid in self._strangers:
            return
        async with self._loading:
            if kid not in self._keys and kid not in self._strangers:
                await self._read()
        if kid not in self._keys:
            self._strangers[kid] = None
            while len(self._strangers) > REMEMBERED_STRANGERS:
                self._strangers.popitem(last=False)

    def sign_now(self, alg: str, claims: dict[str, Any], typ: str = "JWT") -> str:
        """Sign with an algorithm of LOOP_ALGS, fast enough for the event loop."""
        return key_material.encode(self._active[alg], claims, typ)

    async def sign(self, alg: str, claims: dict[str, Any], typ: str = "JWT") -> str:
        """Sign; RSA runs in a bounded pool that sheds with 503. Raises Overloaded."""
        if alg in LOOP_ALGS:
            return self.sign_now(alg, claims, typ)
        return await self._rsa.run(key_material.encode, self._active[alg], claims, typ)

    def verify(self, token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return header and claims of a token of ours, whatever its times; None when it is not.

        `learn` goes before where the token may come from another process.
        """
        kid = unverified_part(token, 0).get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            return None
        try:
            return key_material.decode(key, token)
        except (JoseError, ValueError):
            return None

    def close(self) -> None:
        """Stop the signing threads."""
        self._rsa.close()


def _published_place(row: KeyRow) -> tuple[int, str]:
    return _PUBLISHED_ORDER[row.state], row.alg
