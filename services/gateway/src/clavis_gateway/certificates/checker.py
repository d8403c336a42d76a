"""The whole judgement of a client certificate: path, dates, profile, revocation, in that order."""

from __future__ import annotations

import httpx
from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from cryptography import x509

from clavis_gateway.certificates.header import Shown, Terminator
from clavis_gateway.certificates.path import (
    Link,
    RevokedCertificateError,
    TrustStore,
    UncheckedError,
    UntrustedError,
    check_revocation,
    find_path,
)
from clavis_gateway.certificates.profile import CertificateHolder, Refusal, read_holder
from clavis_gateway.certificates.revocation import RevocationSource
from clavis_gateway.login.settings import LoginSettings

_WORKERS = 2
_QUEUE = 50
_log = get_logger(__name__)


class CertificateChecker:
    """Judges certificates against the trust store. Fails closed."""

    def __init__(
        self,
        terminator: Terminator,
        trust: TrustStore,
        revocation: RevocationSource,
        pool: BoundedPool,
        clock: Clock,
    ) -> None:
        """`pool` runs the signature checks off the event loop."""
        self.terminator = terminator
        self._trust = trust
        self._revocation = revocation
        self._pool = pool
        self._clock = clock

    async def judge(self, shown: Shown) -> CertificateHolder | Refusal:
        """Return the citizen, or the first reason against the certificate."""
        outcome = await self._judge(shown)
        if isinstance(outcome, Refusal):
            _log.info("certificate_refused", code=outcome.value)
        return outcome

    async def _judge(self, shown: Shown) -> CertificateHolder | Refusal:
        certificate = shown.certificate
        try:
            links = await self._links(shown)
        except UntrustedError:
            return Refusal.UNKNOWN_ISSUER
        refusal = self._dates_refusal(certificate)
        if refusal:
            return refusal
        holder = read_holder(certificate)
        if isinstance(holder, Refusal):
            return holder
        return await self._revocation_refusal(shown, links) or holder

    async def _links(self, shown: Shown) -> list[Link]:
        # The issuer is judged at a time when the certificate was valid: an expired certificate
        # of a known issuer is expired, not unknown.
        certificate = shown.certificate
        moment = max(self._clock.now(), certificate.not_valid_before_utc)
        moment = min(moment, certificate.not_valid_after_utc)
        return await self._pool.run(find_path, certificate, shown.chain, self._trust, moment)

    def _dates_refusal(self, certificate: x509.Certificate) -> Refusal | None:
        now = self._clock.now()
        if now > certificate.not_valid_after_utc:
            return Refusal.EXPIRED
        if now < certificate.not_valid_before_utc:
            return Refusal.NOT_YET_VALID
        return None

    async def _revocation_refusal(self, shown: Shown, links: list[Link]) -> Refusal | None:
        evidence = await self._revocation.evidence(links)
        now = self._clock.now()
        try:
            await self._pool.run(
                check_revocation, shown.certificate, shown.chain, self._trust, now, evidence
            )
        except RevokedCertificateError:
            return Refusal.REVOKED
        except (UncheckedError, UntrustedError):
            return Refusal.UNCHECKED
        return None


def build_checker(
    settings: LoginSettings, http: httpx.AsyncClient, clock: Clock
) -> CertificateChecker | None:
    """Read the trust store; None where certificate login is off.

    Raises NoAnchorsError and OSError with a sentence, which must stop the start.
    """
    if settings.certificate_url is None or settings.trust_anchors_dir is None:
        return None
    secret_file = settings.terminator_secret_file
    secret = secret_file.read_text().strip() if secret_file else None
    return CertificateChecker(
        Terminator(settings.terminator_networks, secret),
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
