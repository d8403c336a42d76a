"""Certificate login as this deployment set it up: who hands certificates over, who judges them."""

from __future__ import annotations

import httpx
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.path import TrustStore
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_certificates.revocation import RevocationSource
from clavis_kit.clock import Clock
from clavis_kit.pools import BoundedPool

from clavis_gateway.certificates.header import Shown, Terminator, read_terminator
from clavis_gateway.login.settings import LoginSettings
from clavis_gateway.rules.levels import Method

_WORKERS = 2
_QUEUE = 50


def method_of(holder: CertificateHolder) -> Method:
    """Return the method that a login with this certificate is."""
    qualified = holder.qualified_device
    return Method.CERTIFICATE_QSCD if qualified else Method.CERTIFICATE_SOFTWARE


class CertificateChecker:
    """Judges what the TLS terminator hands over. Fails closed."""

    def __init__(self, terminator: Terminator, judge: CertificateJudge) -> None:
        """`terminator` says whose word on client certificates counts."""
        self.terminator = terminator
        self._judge = judge

    async def judge(self, shown: Shown) -> CertificateHolder | Refusal:
        """Return the citizen, or the first reason against the certificate."""
        return await self._judge.judge(shown.certificate, shown.chain)


def build_checker(
    settings: LoginSettings, http: httpx.AsyncClient, clock: Clock
) -> CertificateChecker | None:
    """Read the trust store; None where certificate login is off.

    Raises NoAnchorsError and OSError with a sentence, which must stop the start.
    """
    if settings.certificate_url is None or settings.trust_anchors_dir is None:
        return None
    judge = CertificateJudge(
        TrustStore.read(settings.trust_anchors_dir),
        RevocationSource(
            http,
            clock,
            timeout_seconds=settings.revocation_timeout_seconds,
            cache_seconds=settings.revocation_cache_seconds,
            hosts=settings.revocation_hosts,
        ),
        BoundedPool("certificates", workers=_WORKERS, queue=_QUEUE),
        clock,
    )
    return CertificateChecker(read_terminator(settings), judge)
