"""Whether a certificate whose path holds was revoked, by what its issuers say."""

from __future__ import annotations

from collections.abc import Sequence

from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from cryptography import x509
from prometheus_client import Counter

from clavis_certificates.anchors import TrustSource
from clavis_certificates.path import (
    Evidence,
    Link,
    RevokedCertificateError,
    UncheckedError,
    UntrustedError,
    check_revocation,
)
from clavis_certificates.profile import Refusal
from clavis_certificates.revocation import RevocationSource

_UNCHECKED = Counter(
    "clavis_certificates_accepted_unchecked_total", "Accepted without a word about revocation"
)
_log = get_logger(__name__)


class RevocationJudge:
    """Asks OCSP, then revocation lists. Fails closed unless told otherwise."""

    def __init__(
        self,
        trust: TrustSource,
        source: RevocationSource,
        pool: BoundedPool,
        clock: Clock,
        *,
        accept_unchecked: bool = False,
    ) -> None:
        """`pool` runs the signature checks off the event loop.

        `accept_unchecked` lets pass what nobody can say anything about: an issuer that is down
        stops no login, and a certificate revoked meanwhile passes as well.
        """
        self._trust = trust
        self._source = source
        self._pool = pool
        self._clock = clock
        self._accept_unchecked = accept_unchecked

    async def refusal(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], links: list[Link]
    ) -> Refusal | None:
        """Return REVOKED or UNCHECKED, or None when nothing is against it. `links`: its path."""
        evidence = await self._source.evidence(links)
        refusal = await self._by_evidence(certificate, chain, evidence)
        if refusal is Refusal.UNCHECKED and evidence.ocsp_responses:
            # A responder without authority, or with a stale answer: the list may still tell.
            lists = await self._source.evidence(links, lists_only=True)
            refusal = await self._by_evidence(certificate, chain, lists)
        if refusal is Refusal.UNCHECKED and self._accept_unchecked:
            _UNCHECKED.inc()
            _log.warning("certificate_accepted_unchecked")
            return None
        return refusal

    async def _by_evidence(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], evidence: Evidence
    ) -> Refusal | None:
        now, trust = self._clock.now(), self._trust.current()
        try:
            await self._pool.run(check_revocation, certificate, chain, trust, now, evidence)
        except RevokedCertificateError:
            return Refusal.REVOKED
        except (UncheckedError, UntrustedError):
            return Refusal.UNCHECKED
        return None
