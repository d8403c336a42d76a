"""The client certificate as the TLS terminator hands it over, and whether to believe it."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from clavis_kit.settings import KeyFileError
from cryptography import x509
from starlette.requests import Request

from clavis_gateway.login.settings import LoginSettings

CERTIFICATE_HEADER = "client-cert"
CHAIN_HEADER = "client-cert-chain"
SECRET_HEADER = "clavis-terminator-secret"  # noqa: S105 - a header's name, not its value
ADDRESS_HEADER = "x-forwarded-for"
MAX_ADDRESS = 64
MAX_HEADER = 16 * 1024
MAX_CHAIN = 5


class UnreadableCertificateError(Exception):
    """The terminator handed over something that is no certificate."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The certificate whose key the client proved in the handshake, and what came with it."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Terminator:
    """Who may speak of client certificates: where it calls from and the secret it sends."""

    networks: Sequence[IPv4Network | IPv6Network]
    secret: str | None
    certificate_host: str | None = None
    """Where it asks for certificates, `host` or `host:port`; None: nowhere."""

    def sent(self, request: Request) -> bool:
        """Say whether a request comes from the terminator."""
        if request.client is None or not self._from_network(request.client.host):
            return False
        if self.secret is None:
            return True
        stated = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(stated.encode(), self.secret.encode())

    def at_certificate_host(self, request: Request) -> bool:
        """Say whether a request came in where certificates are asked for."""
        host = request.headers.get("host", "").lower()
        return self.certificate_host is not None and host == self.certificate_host

    def source_of(self, request: Request) -> str | None:
        """Return the address a request came from; behind the terminator, as the terminator says.

        RFC 7239 section 8.1: only the last hop, ours, is believed. None when there is none.
        """
        if self.sent(request):
            named = request.headers.get(ADDRESS_HEADER, "").rpartition(",")[2].strip()
            if named:
                return named[:MAX_ADDRESS]
        return request.client.host if request.client else None

    def _from_network(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


def read_terminator(settings: LoginSettings) -> Terminator:
    """Read who the terminator is. Raises KeyFileError when its secret cannot be read."""
    secret_file = settings.terminator_secret_file
    try:
        secret = secret_file.read_text().strip() if secret_file else None
    except OSError as error:
        raise KeyFileError(f"{secret_file} cannot be read: {error.strerror}") from error
    host = urlsplit(settings.certificate_url or "").netloc.lower()
    return Terminator(settings.terminator_networks, secret, host or None)


# RFC 9440 section 4: the headers count only when the terminator set them, which it does where it
# asks for certificates.
def shown_certificate(request: Request, terminator: Terminator) -> Shown | None:
    """Return the certificate of this connection, or None when none was shown.

    Raises UnreadableCertificateError.
    """
    values = request.headers.getlist(CERTIFICATE_HEADER)
    if not values or not terminator.sent(request) or not terminator.at_certificate_host(request):
        return None
    if len(values) > 1:
        raise UnreadableCertificateError
    chain = ",".join(request.headers.getlist(CHAIN_HEADER))
    members = [member for member in chain.split(",") if member.strip()][:MAX_CHAIN]
    return Shown(_certificate(values[0]), tuple(_certificate(member) for member in members))


# RFC 9440 section 2.1 and RFC 8941 section 3.3.5: DER in base64 between colons.
def _certificate(value: str) -> x509.Certificate:
    text = value.strip()
    framed = len(text) >= 2 and text[0] == text[-1] == ":"  # noqa: PLR2004 - both colons
    if len(text) > MAX_HEADER or not framed:
        raise UnreadableCertificateError
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text[1:-1], validate=True))
    except (binascii.Error, ValueError) as error:
        raise UnreadableCertificateError from error
