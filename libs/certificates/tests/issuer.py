"""An issuer whose responder (RFC 6960) and list (RFC 5280) answer as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from clavis_certificates.revocation import MAX_OCSP_BYTES
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.pki.authority import Urls, key_usage
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ANA = Holder(CertificateKind.FNMT, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
OCSP, CRL = "http://issuer.test/ocsp", "http://issuer.test/list.crl"
DAY = timedelta(days=1)


def issue(issuer: Authority, urls: Urls, now: datetime = NOON) -> x509.Certificate:
    return issuer.issue(
        profiles.subject(ANA),
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        not_before=now,
        not_after=now + 300 * DAY,
        extensions=[*profiles.extensions(ANA), *urls.extensions()],
    )


def responder(
    issuer: Authority, *, may_answer: bool = True, now: datetime = NOON
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Issue a certificate that answers for its issuer (RFC 6960 section 4.2.2.2)."""
    key = ec.generate_private_key(ec.SECP256R1())
    use = ExtendedKeyUsageOID.OCSP_SIGNING if may_answer else ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = issuer.issue(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Responder")]),
        key.public_key(),
        not_before=now,
        not_after=now + 30 * DAY,
        extensions=[
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([use]), False),
            (x509.OCSPNoCheck(), False),
        ],
    )
    return certificate, key


@dataclass
class Issuer:
    """An issuer with a responder and a list, which answer as the test wants."""

    authority: Authority = field(default_factory=lambda: Authority.root("AC", now=NOON))
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    listed: bool = False
    nonce: Callable[[x509.OCSPNonce], x509.OCSPNonce | None] = lambda sent: sent
    this_update: datetime = NOON
    next_update: datetime | None = NOON + DAY
    ocsp_status: int = 200
    crl_status: int = 200
    oversized: bool = False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.certificate = issue(self.authority, Urls(crl=CRL, ocsp=OCSP))
        self.signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        self.asked.append("ocsp" if request.method == "POST" else "crl")
        if request.method == "GET":
            return httpx.Response(self.crl_status, content=self._list())
        if self.oversized:
            return httpx.Response(200, content=b"0" * (MAX_OCSP_BYTES + 1))
        return httpx.Response(self.ocsp_status, content=self._response(request.content))

    def _list(self) -> bytes:
        revoked = [self.certificate] if self.listed else []
        crl = self.authority.revocation_list(revoked, number=1, now=NOON)
        return crl.public_bytes(Encoding.DER)

    def _response(self, content: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(content)
        revoked = self.status is ocsp.OCSPCertStatus.REVOKED
        signer, key = self.signer or (self.authority.certificate, self.authority.key)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.certificate, issuer=self.authority.certificate,
            algorithm=hashes.SHA1(), cert_status=self.status,  # noqa: S303 - names, protects nothing
            this_update=self.this_update, next_update=self.next_update,
            revocation_time=NOON if revoked else None, revocation_reason=None,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        if self.signer:
            builder = builder.certificates([signer])
        echoed = self.nonce(asked.extensions.get_extension_for_class(x509.OCSPNonce).value)
        if echoed is not None:
            builder = builder.add_extension(echoed, critical=False)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
