"""Public key sets by address: one fetch at a time, old ones kept, failures remembered."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from clavis_kit.errors import ServiceError
from clavis_kit.outbound.fetch import FetchError, fetch_json

FRESH_SECONDS = 300.0
STALE_SECONDS = 24 * 3600.0  # how long the last set serves when its address fails
MIN_SECONDS = 5.0  # an unknown kid may force a reload no more often than this
MAX_PAUSE_SECONDS = 60.0
MAX_ADDRESSES = 10_000
MAX_KEYS = 64
# RFC 7518 section 3.3 demands 2048 bits; far above, one verification costs milliseconds.
RSA_BYTES = range(2048 // 8, 8192 // 8 + 1)
RSA_EXPONENT_BYTES = 8
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

PublicKey = ECKey | RSAKey | OKPKey
_KINDS: dict[str, type[PublicKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


# RFC 7517 section 9.2 and 9.3: a published private key proves nothing, a secret is no public key.
def import_public_key(jwk: object) -> PublicKey:
    """Parse a public JWK of bounded size. Raises ValueError for anything else."""
    if not isinstance(jwk, dict) or PRIVATE_MEMBERS & jwk.keys():
        raise ValueError("not a public key")
    kind = _KINDS.get(str(jwk.get("kty")))
    if kind is None:
        raise ValueError("not an asymmetric key")
    if kind is RSAKey:
        _check_rsa_size(jwk)
    try:
        return kind.import_key(jwk)
    except (JoseError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("broken key") from error


# The members are base64url: four characters hold three bytes. Judged before any arithmetic.
def _check_rsa_size(jwk: dict[str, Any]) -> None:
    modulus, exponent = jwk.get("n"), jwk.get("e")
    if not (isinstance(modulus, str) and isinstance(exponent, str)):
        raise ValueError("broken key")  # noqa: TRY004 -- the input is wrong, not the program
    if len(modulus.rstrip("=")) * 6 // 8 not in RSA_BYTES:
        raise ValueError("RSA modulus out of bounds")
    if len(exponent) * 6 // 8 > RSA_EXPONENT_BYTES:
        raise ValueError("RSA exponent out of bounds")


# RFC 7517 section 5: keys that are not understood, or out of range, are passed over.
def import_key_set(document: object) -> KeySet:
    """Parse a key set, leaving out what is no usable public key. Raises ValueError."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("not a key set")
    keys: list[Any] = []
    for jwk in listed:
        try:
            keys.append(import_public_key(jwk))
        except ValueError:
            continue
    return KeySet(keys)


@dataclass
class _Entry:
    keys: KeySet | None = None
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    failures: int = 0
    flight: asyncio.Task[None] | None = None

    def knows(self, kid: str | None) -> bool:
        """Whether a key of this name is at hand; without a name, whether any set is."""
        if self.keys is None:
            return False
        return kid is None or any(str(key.kid) == kid for key in self.keys)

    # An address that fails is asked again after 5, 10, 20, 40, then every 60 seconds.
    def may_try(self, now: float) -> bool:
        """Whether enough time has passed since the address was last asked."""
        pause: float = MIN_SECONDS * 2 ** max(0, min(self.failures - 1, 10))
        return now - self.tried_at >= min(pause, MAX_PAUSE_SECONDS)


class JwksCache:
    """Key sets by address.

    A set older than five minutes still answers while it is asked for anew; who names an unknown key
    waits for a fetch, which happens once for all who wait and seldom enough that nobody can hammer
    the address through us; an address that fails is left alone for growing pauses.
    """

    def __init__(
        self, http: httpx.AsyncClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Use a client that the application owns: a guarded one for addresses others name."""
        self._http = http
        self._now = monotonic
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def get(self, url: str, kid: str | None) -> KeySet:
        """Return the keys of an address; `kid` is the one looked for. Raises ServiceError 503."""
        entry = self._entry(url)
        age = self._now() - entry.fetched_at
        if entry.knows(kid) and age <= STALE_SECONDS:
            if age > FRESH_SECONDS:
                self._refresh(url, entry)
        elif (flight := self._refresh(url, entry)) is not None:
            # Shielded: a caller that gives up takes the fetch from nobody else.
            await asyncio.shield(flight)
        if entry.keys is None or self._now() - entry.fetched_at > STALE_SECONDS:
            raise ServiceError(
                "keys-unavailable", 503, private="no key set", headers={"Retry-After": "2"}
            )
        return entry.keys

    def _entry(self, url: str) -> _Entry:
        entry = self._entries.setdefault(url, _Entry())
        self._entries.move_to_end(url)
        if len(self._entries) > MAX_ADDRESSES:
            self._entries.popitem(last=False)
        return entry

    def _refresh(self, url: str, entry: _Entry) -> asyncio.Task[None] | None:
        if entry.flight is None and entry.may_try(self._now()):
            entry.tried_at = self._now()
            entry.flight = asyncio.create_task(self._fetch(url, entry))
        return entry.flight

    async def _fetch(self, url: str, entry: _Entry) -> None:
        try:
            entry.keys = import_key_set(await fetch_json(self._http, url))
            entry.fetched_at, entry.failures = self._now(), 0
        except (FetchError, ValueError):
            entry.failures += 1
        finally:
            entry.flight = None
