"""Certificate login as this deployment set it up: who hands certificates over, who judges them."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from clavis_certificates.anchors import Anchors
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.path import TrustStore
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_certificates.revocation import RevocationSource
from clavis_certificates.trusted_list import read_trust
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

    def __init__(
        self, terminator: Terminator, judge: CertificateJudge, anchors: Anchors | None = None
    ) -> None:
        """`terminator` says whose word on client certificates counts."""
        self.terminator = terminator
        self._judge = judge
        self._anchors = anchors

    async def judge(self, shown: Shown) -> CertificateHolder | Refusal:
        """Return the citizen, or the first reason against the certificate."""
        return await self._judge.judge(shown.certificate, shown.chain)

    async def keep_fresh(self, every_seconds: float) -> None:
        """Follow changes of the trust store, until cancelled."""
        if self._anchors is not None:
            await self._anchors.keep_fresh(every_seconds)


def trust_reader(settings: LoginSettings, clock: Clock) -> Callable[[], TrustStore] | None:
    """Return what reads the issuers of citizens' certificates; None where there is no source.

    A trusted list goes before a folder, whose intermediates still serve.
    """
    file, folder = settings.trusted_list_file, settings.trust_anchors_dir
    operators = settings.trusted_list_operators_dir
    if file is not None and operators is not None:
        fail = settings.trusted_list_overdue == "refuse"
        return lambda: read_trust(file, operators, folder, clock.now(), fail=fail)
    return None if folder is None else lambda: TrustStore.read(folder)


def revocation_source(
    settings: LoginSettings, http: httpx.AsyncClient, clock: Clock
) -> RevocationSource:
    """Return what asks issuers whether their certificates hold, as the operator bounds it."""
    return RevocationSource(
        http,
        clock,
        timeout_seconds=settings.revocation_timeout_seconds,
        cache_seconds=settings.revocation_cache_seconds,
        hosts=settings.revocation_hosts,
    )


def build_checker(
    settings: LoginSettings, http: httpx.AsyncClient, clock: Clock
) -> CertificateChecker | None:
    """Read the trust store; None where certificate login is off.

    Raises NoAnchorsError and OSError with a sentence, which must stop the start.
    """
    read = trust_reader(settings, clock)
    if settings.certificate_url is None or read is None:
        return None
    anchors = Anchors("citizens", read)
    anchors.load()
    judge = CertificateJudge(
        anchors,
        revocation_source(settings, http, clock),
        BoundedPool("certificates", workers=_WORKERS, queue=_QUEUE),
        clock,
        accept_unchecked=settings.revocation_unchecked == "accept",
    )
    return CertificateChecker(read_terminator(settings), judge, anchors)
