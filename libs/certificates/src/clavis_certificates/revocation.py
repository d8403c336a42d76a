"""Asks issuers whether their certificates still hold: OCSP first, then the revocation list.

Answers are only fetched and kept for a while here; whether they are signed by whom they must and
fresh enough is judged with the path. Only addresses that a trusted issuer wrote into its
certificates are asked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from clavis_certificates.addresses import crl_addresses, ocsp_addresses
from clavis_certificates.answers import Answer, Answers, NoAnswerError
from clavis_certificates.path import Evidence, Link

MAX_OCSP_BYTES = 64 * 1024
MAX_CRL_BYTES = 10 * 1024 * 1024
_NONCE_BYTES = 32  # RFC 9654 section 2.1
_MAX_ADDRESSES = 2
_UNDATED_LIFE = timedelta(seconds=30)  # RFC 6960 section 4.2.2.1: newer may come at any time
_log = get_logger(__name__)


def _new_nonce() -> bytes:
    return os.urandom(_NONCE_BYTES)


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
        new_nonce: Callable[[], bytes] = _new_nonce,
    ) -> None:
        """`hosts`, when given, are the only ones asked."""
        self._http = http
        self._timeout = timeout_seconds
        self._hosts = frozenset(hosts)
        self._new_nonce = new_nonce
        life = timedelta(seconds=cache_seconds)
        self._answers = Answers(clock, life=life, undated_life=_UNDATED_LIFE)

    async def evidence(self, links: Sequence[Link], *, lists_only: bool = False) -> Evidence:
        """Ask for every certificate of a path at once; what does not come is simply missing.

        `lists_only` skips OCSP, whose answers turned out to be of no use.
        """
        try:
            async with asyncio.timeout(self._timeout):
                parts = await asyncio.gather(
                    *(self._for_link(link, lists_only=lists_only) for link in links)
                )
        except TimeoutError:
            _log.warning("revocation_check_timed_out")
            return Evidence()
        return Evidence(
            tuple(response for part in parts for response in part.ocsp_responses),
            tuple(crl for part in parts for crl in part.revocation_lists),
        )

    async def _for_link(self, link: Link, *, lists_only: bool) -> Evidence:
        responders = [] if lists_only else self._allowed(ocsp_addresses(link.certificate))
        for address in responders:
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

    # RFC 5019 section 2.1.1: SHA-1 names the issuer here, it protects nothing.
    async def _ask(self, address: str, link: Link) -> bytes:
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            link.certificate,
            link.issuer,
            SHA1(),  # noqa: S303
        )
        # The nonce is no part of what is asked: an answer kept from before is good for anyone.
        question = builder.build().public_bytes(Encoding.DER)
        return await self._answers.get(
            "ocsp", address, question, lambda: self._fetch_ocsp(address, builder)
        )

    async def _download(self, address: str) -> bytes:
        return await self._answers.get("crl", address, b"", lambda: self._fetch_crl(address))

    # RFC 6960 appendix A.1: a POST of the DER request.
    async def _fetch_ocsp(self, address: str, builder: ocsp.OCSPRequestBuilder) -> Answer:
        nonce = x509.OCSPNonce(self._new_nonce())
        request = builder.add_extension(nonce, critical=False).build()
        body = await self._fetch(
            "POST",
            address,
            MAX_OCSP_BYTES,
            request.public_bytes(Encoding.DER),
            {"Content-Type": "application/ocsp-request"},
        )
        return read_response(body, nonce)

    async def _fetch_crl(self, address: str) -> Answer:
        body = await self._fetch("GET", address, MAX_CRL_BYTES)
        try:
            read = await asyncio.to_thread(x509.load_der_x509_crl, body)
        except ValueError as error:
            raise NoAnswerError(reached=True) from error
        return Answer(body, read.next_update_utc)

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


# RFC 9654 section 2.1: a nonce that comes back is the one that was sent. Responders that sign in
# advance (RFC 5019 section 2.2.1) send none; their answers are bounded by their own dates.
def read_response(body: bytes, nonce: x509.OCSPNonce) -> Answer:
    """Read an OCSP response for its dates. Raises NoAnswerError when it answers nothing."""
    try:
        response = ocsp.load_der_ocsp_response(body)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswerError(reached=True)
        kind = x509.OCSPNonce
        echoed = [item.value for item in response.extensions if isinstance(item.value, kind)]
        if any(value != nonce for value in echoed):
            raise NoAnswerError(reached=True)
        (single,) = response.responses
        if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise NoAnswerError(reached=True)
        return Answer(body, single.next_update_utc)
    except ValueError as error:
        raise NoAnswerError(reached=True) from error
