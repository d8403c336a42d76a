"""Asks issuers whether their certificates still hold: OCSP first, then the revocation list.

Answers are only fetched and kept for a short time here; whether they are signed by whom they must
and fresh enough is judged with the path. Only addresses that a trusted issuer wrote into its
certificates are asked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from clavis_certificates.path import Evidence, Link

MAX_OCSP_BYTES = 64 * 1024
MAX_CRL_BYTES = 10 * 1024 * 1024
_KEPT = 1000
_MAX_ADDRESSES = 2
_SILENCE_LIFE = timedelta(seconds=10)  # who did not answer is not asked again at once
_log = get_logger(__name__)


Fetch = Callable[[str, bytes], Awaitable[bytes]]


class NoAnswerError(Exception):
    """An address did not answer in time, or not with what was asked."""


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes | None
    until: datetime


class RevocationSource:
    """Fetches evidence over HTTP within a time limit and keeps it for a while."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        *,
        timeout_seconds: float,
        cache_seconds: int,
        hosts: Sequence[str] = (),
    ) -> None:
        """`hosts`, when given, are the only ones asked."""
        self._http = http
        self._clock = clock
        self._timeout = timeout_seconds
        self._cache_life = timedelta(seconds=cache_seconds)
        self._hosts = frozenset(hosts)
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()

    async def evidence(self, links: Sequence[Link]) -> Evidence:
        """Ask for every certificate of a path at once; what does not come is simply missing."""
        try:
            async with asyncio.timeout(self._timeout):
                parts = await asyncio.gather(*(self._for_link(link) for link in links))
        except TimeoutError:
            _log.warning("revocation_check_timed_out")
            return Evidence()
        return Evidence(
            tuple(response for part in parts for response in part.ocsp_responses),
            tuple(crl for part in parts for crl in part.revocation_lists),
        )

    async def _for_link(self, link: Link) -> Evidence:
        for address in self._allowed(ocsp_addresses(link.certificate)):
            try:
                return Evidence(ocsp_responses=(await self._ask(address, link),))
            except NoAnswerError:
                continue
        for address in self._allowed(crl_addresses(link.certificate)):
            try:
                return Evidence(revocation_lists=(await self._download(address),))
            except NoAnswerError:
                continue
        return Evidence()

    def _allowed(self, addresses: Sequence[str]) -> list[str]:
        kept = []
        for address in addresses[:_MAX_ADDRESSES]:
            parts = urlsplit(address)
            known = not self._hosts or parts.hostname in self._hosts
            if parts.scheme in {"http", "https"} and known:
                kept.append(address)
        return kept

    # RFC 6960 appendix A.1: a POST of the DER request.
    async def _ask(self, address: str, link: Link) -> bytes:
        # RFC 5019 section 2.1.1: SHA-1 names the issuer here, it protects nothing.
        builder = ocsp.OCSPRequestBuilder().add_certificate(link.certificate, link.issuer, SHA1())  # noqa: S303
        question = builder.build().public_bytes(Encoding.DER)
        return await self._remembered(address, question, self._fetch_ocsp)

    async def _download(self, address: str) -> bytes:
        return await self._remembered(address, b"", self._fetch_crl)

    async def _remembered(self, address: str, question: bytes, fetch: Fetch) -> bytes:
        """Answer from memory, silence included, or fetch and remember."""
        now = self._clock.now()
        kept = self._kept.get((address, question))
        if kept is None or kept.until <= now:
            kept = await self._fresh(address, question, fetch, now)
            self._kept[(address, question)] = kept
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        if kept.body is None:
            raise NoAnswerError
        return kept.body

    async def _fresh(self, address: str, question: bytes, fetch: Fetch, now: datetime) -> _Kept:
        try:
            return _Kept(await fetch(address, question), now + self._cache_life)
        except NoAnswerError:
            return _Kept(None, now + _SILENCE_LIFE)

    async def _fetch_ocsp(self, address: str, question: bytes) -> bytes:
        headers = {"Content-Type": "application/ocsp-request"}
        body = await self._fetch("POST", address, MAX_OCSP_BYTES, question, headers)
        try:
            status = ocsp.load_der_ocsp_response(body).response_status
        except ValueError as error:
            raise NoAnswerError from error
        if status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswerError
        return body

    async def _fetch_crl(self, address: str, _: bytes) -> bytes:
        body = await self._fetch("GET", address, MAX_CRL_BYTES)
        try:
            x509.load_der_x509_crl(body)
        except ValueError as error:
            raise NoAnswerError from error
        return body

    async def _fetch(
        self,
        method: str,
        address: str,
        limit: int,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        try:
            async with self._http.stream(
                method,
                address,
                content=content,
                headers=headers,
                timeout=self._timeout / 2,  # leaves time for the other way
                follow_redirects=False,
            ) as response:
                if not response.is_success:
                    raise NoAnswerError
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > limit:
                        raise NoAnswerError
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswerError from error


# RFC 5280 section 4.2.2.1.
def ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    """List the OCSP responders a certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    return [
        str(entry.access_location.value)
        for entry in access.value
        if entry.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]


# RFC 5280 section 4.2.1.13.
def crl_addresses(certificate: x509.Certificate) -> list[str]:
    """List where a certificate says its revocation list is."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return []
    return [
        str(name.value)
        for point in points.value
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
