"""Which certificates of relying parties count: the path to an authority, and revocation.

RFC 8705 section 2.1 leaves the validation to RFC 5280, sections 6.1 (path) and 6.3 (revocation).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

import httpx
from clavis_certificates.anchors import Anchors
from clavis_certificates.path import TrustStore, UntrustedError, find_path
from clavis_certificates.profile import Refusal
from clavis_certificates.revocation_judge import RevocationJudge
from clavis_kit.clock import Clock
from clavis_kit.pools import BoundedPool
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from clavis_gateway.certificates.checker import revocation_source
from clavis_gateway.certificates.header import Shown
from clavis_gateway.login.settings import LoginSettings

_KEPT = 1000
_KEPT_FOR = timedelta(minutes=5)  # an authority taken out of the trust store counts no longer
_CLIENT_USES = frozenset(
    {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


class ClientTrust:
    """Judges the certificates of relying parties, and keeps good verdicts for a while.

    Bad ones are not kept: anybody can make certificates that would push the good ones out.
    """

    def __init__(
        self,
        anchors: Anchors | None,
        pool: BoundedPool,
        clock: Clock,
        revocation: RevocationJudge | None = None,
    ) -> None:
        """`anchors` are the authorities; None: nobody's certificates count.

        Without `revocation` nobody is asked whether a certificate was revoked.
        """
        self._anchors = anchors
        self._pool = pool
        self._clock = clock
        self._revocation = revocation
        self._good: OrderedDict[bytes, datetime] = OrderedDict()
        self._flights: dict[bytes, asyncio.Task[Refusal | None]] = {}

    def load(self) -> None:
        """Read the authorities. Raises NoAnchorsError and OSError, which must stop the start."""
        if self._anchors is not None:
            self._anchors.load()

    async def keep_fresh(self, every_seconds: float) -> None:
        """Follow changes of the authorities, until cancelled."""
        if self._anchors is not None:
            await self._anchors.keep_fresh(every_seconds)

    async def refusal(self, shown: Shown) -> Refusal | None:
        """Say what is against a certificate: UNKNOWN_ISSUER, REVOKED, UNCHECKED or nothing.

        Raises Overloaded when too many are judged at once.
        """
        if self._anchors is None or not may_authenticate(shown.certificate):
            return Refusal.UNKNOWN_ISSUER
        key, now = _fingerprint(shown), self._clock.now()
        if self._good.get(key, now) > now:
            return None
        flight = self._flights.get(key)
        if flight is None:
            # Whoever shows the same certificate meanwhile waits for the same verdict.
            flight = self._flights[key] = asyncio.create_task(
                self._judge(self._anchors.current(), shown, key)
            )
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    def _landed(self, key: bytes, flight: asyncio.Task[Refusal | None]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # those who waited have it; nobody may be left

    async def _judge(self, trust: TrustStore, shown: Shown, key: bytes) -> Refusal | None:
        certificate, chain, now = shown.certificate, shown.chain, self._clock.now()
        try:
            links = await self._pool.run(find_path, certificate, chain, trust, now)
        except UntrustedError:
            return Refusal.UNKNOWN_ISSUER
        if self._revocation is not None:
            refusal = await self._revocation.refusal(certificate, chain, links)
            if refusal is not None:
                return refusal
        self._good[key] = min(now + _KEPT_FOR, certificate.not_valid_after_utc)
        while len(self._good) > _KEPT:
            self._good.popitem(last=False)
        return None


def build_trust(settings: LoginSettings, http: httpx.AsyncClient, clock: Clock) -> ClientTrust:
    """Make what judges the certificates of relying parties; the authorities are loaded later."""
    pool = BoundedPool("client-certificates", workers=2, queue=50)
    folder = settings.client_trust_anchors_dir
    if folder is None:
        return ClientTrust(None, pool, clock)
    anchors = Anchors("relying-parties", lambda: TrustStore.read(folder, may_be_empty=True))
    if settings.client_revocation == "off":
        return ClientTrust(anchors, pool, clock)
    accept = settings.client_revocation == "accept"
    source = revocation_source(settings, http, clock)
    judge = RevocationJudge(anchors, source, pool, clock, accept_unchecked=accept)
    return ClientTrust(anchors, pool, clock, judge)


def _fingerprint(shown: Shown) -> bytes:
    digest = hashlib.sha256()
    for certificate in (shown.certificate, *shown.chain):
        digest.update(certificate.public_bytes(Encoding.DER))
    return digest.digest()


# RFC 5280 sections 4.2.1.3 and 4.2.1.12: where a use is named, it must be this one.
def may_authenticate(certificate: x509.Certificate) -> bool:
    """Say whether a certificate may be used to authenticate a TLS client."""
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.digital_signature:
            return False
    except x509.ExtensionNotFound:
        pass
    except (ValueError, x509.DuplicateExtension):
        return False
    try:
        uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not _CLIENT_USES.isdisjoint(uses)
