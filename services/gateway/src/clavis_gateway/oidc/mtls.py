"""Mutual TLS of relying parties (RFC 8705): who they are, and what binds tokens to them.

The certificate comes from the TLS terminator, on the certificate host alone; its key was proved in
the handshake.
"""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.clock import Clock
from starlette.requests import Request

from clavis_gateway.certificates.header import (
    Shown,
    Terminator,
    UnreadableCertificateError,
    shown_certificate,
)
from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.client_trust import ClientTrust
from clavis_gateway.records import RelyingParty
from clavis_gateway.rules.client_certificates import in_its_time, x5t_s256


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two faces of the provider; without a certificate host there is no mutual TLS."""

    issuer: str
    certificate_url: str | None


class MutualTls:
    """Reads the certificate of a request, and knows which authorities vouch for it."""

    def __init__(
        self, hosts: Hosts, terminator: Terminator, trust: ClientTrust, clock: Clock
    ) -> None:
        """`trust` judges certificates that others issued."""
        self.trust = trust
        self._hosts = hosts
        self._terminator = terminator
        self._clock = clock

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

    def current(self, shown: Shown) -> bool:
        """Say whether the dates of a certificate hold now."""
        return in_its_time(shown.certificate, self._clock.now())


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
