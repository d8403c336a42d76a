"""The provider under test, as its discovery document describes it."""

import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from clavis_testkit.running_demo import RunningDemo
from cryptography import x509

ISSUER_PATH = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Certificate:
    """A client certificate and its key, as PEM files."""

    file: Path
    key_file: Path
    content: x509.Certificate


@dataclass
class Provider:
    """Where everything is, and HTTP clients that trust the demo's authority."""

    demo: RunningDemo
    _clients: dict[Certificate | None, httpx.Client] = field(default_factory=dict)

    @property
    def trust_file(self) -> Path:
        """The authorities behind https://localhost."""
        return self.demo.directory / "pki" / "trust.pem"

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """The same, for TLS without a client certificate."""
        return ssl.create_default_context(cafile=self.trust_file)

    @cached_property
    def issuer(self) -> str:
        """The issuer that the demo states."""
        return str(self.demo.data["issuer"])

    @property
    def http(self) -> httpx.Client:
        """For calls without a certificate."""
        return self.http_with(None)

    def http_with(self, certificate: Certificate | None) -> httpx.Client:
        """For calls that present a certificate, if there is one."""
        if certificate not in self._clients:
            context = ssl.create_default_context(cafile=self.trust_file)
            if certificate is not None:
                context.load_cert_chain(certificate.file, certificate.key_file)
            client = httpx.Client(verify=context, timeout=60, trust_env=False)
            self._clients[certificate] = client
        return self._clients[certificate]

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    def discover(self) -> httpx.Response:
        """Fetch the discovery document."""
        return self.http.get(self.issuer + ISSUER_PATH)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        document: dict[str, Any] = self.discover().json()
        return document

    @cached_property
    def mtls_metadata(self) -> dict[str, Any]:
        """The same, where the addresses for certificates differ (RFC 8705 section 5)."""
        aliases: dict[str, str] = self.metadata.get("mtls_endpoint_aliases", {})
        return self.metadata | aliases

    def jwks(self) -> dict[str, Any]:
        """Fetch the keys that are published now."""
        document: dict[str, Any] = self.http.get(self.metadata["jwks_uri"]).json()
        return document
