"""The whole judgement of a certificate: path, dates, holder, revocation, in that order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from cryptography import x509

from clavis_certificates.anchors import TrustSource
from clavis_certificates.path import Link, UntrustedError, find_path, is_qualified
from clavis_certificates.profile import CertificateHolder, Purpose, Refusal, read_holder
from clavis_certificates.revocation import RevocationSource
from clavis_certificates.revocation_judge import RevocationJudge

_log = get_logger(__name__)
Chain = Sequence[x509.Certificate]
P = ParamSpec("P")
T = TypeVar("T")


class CertificateJudge:
    """Judges certificates against the trust store. Fails closed unless told otherwise."""

    def __init__(
        self,
        trust: TrustSource,
        revocation: RevocationSource,
        pool: BoundedPool,
        clock: Clock,
        *,
        accept_unchecked: bool = False,
    ) -> None:
        """`pool` runs the signature checks off the event loop; see RevocationJudge for the last."""
        self._trust = trust
        self._revocation = RevocationJudge(
            trust, revocation, pool, clock, accept_unchecked=accept_unchecked
        )
        self._pool = pool
        self._clock = clock

    async def run(self, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run another check of signatures on this judge's threads. Raises Overloaded when full."""
        return await self._pool.run(check, *args, **kwargs)

    async def judge(
        self, certificate: x509.Certificate, chain: Chain, purpose: Purpose = Purpose.LOGIN
    ) -> CertificateHolder | Refusal:
        """Return the citizen, or the first reason against the certificate."""
        outcome = await self._judge(certificate, chain, purpose)
        if isinstance(outcome, Refusal):
            _log.info("certificate_refused", code=outcome.value, purpose=purpose.value)
        return outcome

    async def _judge(
        self, certificate: x509.Certificate, chain: Chain, purpose: Purpose
    ) -> CertificateHolder | Refusal:
        try:
            links = await self._links(certificate, chain)
        except UntrustedError:
            return Refusal.UNKNOWN_ISSUER
        refusal = self._dates_refusal(certificate)
        if refusal:
            return refusal
        holder = read_holder(certificate, purpose)
        if isinstance(holder, Refusal):
            return holder
        return (
            await self._issuer_refusal(certificate, chain, holder)
            or await self._revocation.refusal(certificate, chain, links)
            or holder
        )

    async def _links(self, certificate: x509.Certificate, chain: Chain) -> list[Link]:
        # The issuer is judged at a time when the certificate was valid: an expired certificate
        # of a known issuer is expired, not unknown.
        moment = max(self._clock.now(), certificate.not_valid_before_utc)
        moment = min(moment, certificate.not_valid_after_utc)
        return await self._pool.run(find_path, certificate, chain, self._trust.current(), moment)

    def _dates_refusal(self, certificate: x509.Certificate) -> Refusal | None:
        now = self._clock.now()
        if now > certificate.not_valid_after_utc:
            return Refusal.EXPIRED
        if now < certificate.not_valid_before_utc:
            return Refusal.NOT_YET_VALID
        return None

    async def _issuer_refusal(
        self, certificate: x509.Certificate, chain: Chain, holder: CertificateHolder
    ) -> Refusal | None:
        now, trust = self._clock.now(), self._trust.current()
        if trust.not_after is not None and now > trust.not_after:
            return Refusal.UNCHECKED
        card = holder.on_identity_card
        qualified = await self._pool.run(is_qualified, certificate, chain, trust, now, card=card)
        return None if qualified else Refusal.UNQUALIFIED
