"""A relying party that shows a certificate, and what the terminator makes of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from clavis_kit.ids import new_id
from clavis_testkit.pki import Authority
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from services.gateway.tests.oidc.gateway_world import REDIRECT, World, pkce

CERTIFICATE_URL = "https://cert.test"
TERMINATOR_SECRET = "the-terminator-alone"
DN = "CN=demo-mtls,O=Clavis TEST,C=ES"


def certificate_of(folder: Path, client_id: str = "demo-mtls") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{client_id}.cer.pem").read_bytes())


def authority_of(folder: Path) -> Authority:
    files = folder / "trust" / "ac-servicios.cer.pem", folder / "ac-servicios.key.pem"
    return Authority.load(*files)


def self_signed(*, begin: timedelta = timedelta(0)) -> x509.Certificate:
    """Make a certificate that only its owner vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anything at all")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOON + begin - timedelta(hours=1))
        .not_valid_after(NOON + begin + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def shown(certificate: x509.Certificate | None, **changes: str | None) -> dict[str, str]:
    """Return what the terminator sends with a connection that showed a certificate."""
    headers: dict[str, str | None] = {"Clavis-Terminator-Secret": TERMINATOR_SECRET}
    if certificate is not None:
        der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
        headers["Client-Cert"] = f":{der}:"
    return {name: value for name, value in (headers | changes).items() if value is not None}


@dataclass
class Party:
    """A fapi2 relying party that knows itself by a certificate."""

    world: World
    certificate: x509.Certificate | None
    client_id: str = "demo-mtls"
    host: str = CERTIFICATE_URL

    async def register(self, **changes: Any) -> None:
        described = {
            "client_secret": None,
            "profile": "fapi2",
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_subject_dn": DN,
            "tls_client_certificate_bound_access_tokens": True,
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        } | changes
        await self.world.register(self.client_id, **described)

    async def post(self, path: str, **form: Any) -> httpx.Response:
        headers = form.pop("headers", None) or shown(self.certificate)
        body = {"client_id": self.client_id} | form
        body = {name: value for name, value in body.items() if value is not None}
        return await self.world.http.post(self.host + path, data=body, headers=headers)

    async def credentials(self, **form: Any) -> httpx.Response:
        return await self.post("/token", grant_type="client_credentials", **form)

    async def login(self, scope: str = "openid profile") -> dict[str, Any]:
        verifier, challenge = pkce()
        pushed = await self.post(
            "/par", response_type="code", scope=scope, redirect_uri=REDIRECT,
            code_challenge=challenge, code_challenge_method="S256",
        )  # fmt: skip
        assert pushed.status_code == 201, pushed.text
        query = {"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]}
        opened = await self.world.http.get("/authorize", params=query)
        target = await self.world.complete(opened, new_id())
        answer = await self.post(
            "/token", grant_type="authorization_code", code=target.params["code"],
            redirect_uri=REDIRECT, code_verifier=verifier,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def userinfo(self, token: str, certificate: x509.Certificate | None) -> httpx.Response:
        headers = shown(certificate) | {"Authorization": f"Bearer {token}"}
        return await self.world.http.get(f"{self.host}/userinfo", headers=headers)
