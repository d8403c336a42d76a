"""Mutual TLS of relying parties (RFC 8705): who they are, and what binds tokens to them.

The certificate comes from the TLS terminator, on the certificate host alone; its key was proved in
the handshake.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_certificates.anchors import Anchors
from clavis_certificates.path import UntrustedError, find_path
from clavis_kit.clock import Clock
from clavis_kit.pools import BoundedPool
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from starlette.requests import Request

from clavis_gateway.certificates.header import (
    Shown,
    Terminator,
    UnreadableCertificateError,
    shown_certificate,
)
from clavis_gateway.errors import invalid_request
from clavis_gateway.records import RelyingParty
from clavis_gateway.rules.client_certificates import in_its_time, x5t_s256

_KEPT = 1000
_KEPT_FOR = timedelta(minutes=5)  # an authority taken out of the trust store counts no longer
_CLIENT_USES = frozenset(
    {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two faces of the provider; without a certificate host there is no mutual TLS."""

    issuer: str
    certificate_url: str | None


class MutualTls:
    """Reads the certificate of a request and judges its path, keeping verdicts for a while."""

    def __init__(
        self,
        hosts: Hosts,
        terminator: Terminator,
        anchors: Anchors | None,
        pool: BoundedPool,
        clock: Clock,
    ) -> None:
        """`anchors` are the authorities of relying parties; None: only self-signed ones."""
        self._hosts = hosts
        self._terminator = terminator
        self._anchors = anchors
        self._pool = pool
        self._clock = clock
        self._trusted: OrderedDict[bytes, datetime] = OrderedDict()

    def load(self) -> None:
        """Read the authorities. Raises NoAnchorsError and OSError, which must stop the start."""
        if self._anchors is not None:
            self._anchors.load()

    async def keep_fresh(self, every_seconds: float) -> None:
        """Follow changes of the authorities, until cancelled."""
        if self._anchors is not None:
            await self._anchors.keep_fresh(every_seconds)

    def shown(self, request: Request) -> Shown | None:
        """Return the certificate of this connection; None where none counts. Raises OAuthError."""
        try:
            return shown_certificate(request, self._terminator)
        except UnreadableCertificateError as error:
            raise invalid_request("The client certificate cannot be read.") from error

    # RFC 8705 section 5: an endpoint has a second address on the certificate host.
    def address(self, request: Request, path: str) -> str:
        """Return the address of an endpoint as this request knows it."""
        certificate_url = self._hosts.certificate_url
        if certificate_url is not None and self._terminator.at_certificate_host(request):
            return certificate_url + path
        return self._hosts.issuer + path

    # RFC 8705 section 2.1: the path is validated, RFC 5280 section 6.
    async def trusted(self, shown: Shown) -> bool:
        """Say whether a certificate leads to an authority of relying parties, and may log in."""
        if self._anchors is None or not may_authenticate(shown.certificate):
            return False
        trust = self._anchors.current()
        now, key = self._clock.now(), _fingerprint(shown)
        if self._trusted.get(key, now) > now:
            return True
        try:
            await self._pool.run(find_path, shown.certificate, shown.chain, trust, now)
        except UntrustedError:
            return False
        self._trusted[key] = min(now + _KEPT_FOR, shown.certificate.not_valid_after_utc)
        while len(self._trusted) > _KEPT:
            self._trusted.popitem(last=False)
        return True

    def current(self, shown: Shown) -> bool:
        """Say whether the dates of a certificate hold now."""
        return in_its_time(shown.certificate, self._clock.now())


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


def x5t_of(shown: Shown | None) -> str | None:
    """Return the thumbprint that binds what this request gives; None without a certificate."""
    return x5t_s256(shown.certificate) if shown else None


# RFC 8705 section 3: who registered for it gets nothing that is not bound.
def binding(client: RelyingParty, shown: Shown | None) -> str | None:
    """Return the thumbprint that what a client gets is bound to; None for who did not ask.

    Raises OAuthError when a certificate is needed and none was shown.
    """
    if not client.tls_bound:
        return None
    if shown is None:
        raise invalid_request(
            "Tokens of this client are bound to a certificate: use the mtls_endpoint_aliases.",
            rule="certificate_missing",
        )
    return x5t_of(shown)
