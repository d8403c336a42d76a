"""Client certificates, for tokens that are bound to one (RFC 8705 section 3)."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address

from cryptography import x509
from fastapi import Request

from clavis_resource_server.jose import digest

CertificateSource = Callable[[Request], bytes | None]
"""Finds the certificate (DER) with which the client opened the connection of a request."""
_MAX_HEADER = 16_384


# RFC 9440 section 2.1: base64 between colons. Section 4: only the TLS terminator's word counts.
def certificate_header(
    networks: tuple[IPv4Network | IPv6Network, ...], name: str = "Client-Cert"
) -> CertificateSource:
    """Read certificates from a header of the TLS terminator, which calls from these networks.

    The terminator must remove the header from what clients send.
    """

    def find(request: Request) -> bytes | None:
        sent = request.headers.getlist(name)
        if len(sent) != 1 or len(sent[0]) > _MAX_HEADER or not _comes_from(request, networks):
            return None
        value = sent[0].strip()
        if len(value) < 2 or value[0] != ":" or value[-1] != ":":  # noqa: PLR2004 -- two colons
            return None
        try:
            return base64.b64decode(value[1:-1], validate=True)
        except binascii.Error:
            return None

    return find


def _comes_from(request: Request, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return any(address in network for network in networks)


def matches(certificate: bytes | None, thumbprint: str) -> bool:
    """Say whether a token's x5t#S256 is of this certificate."""
    if certificate is None:
        return False
    try:
        x509.load_der_x509_certificate(certificate)
    except ValueError:
        return False
    return hmac.compare_digest(digest(certificate).encode(), thumbprint.encode())
