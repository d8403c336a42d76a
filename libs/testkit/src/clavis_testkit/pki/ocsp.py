"""An OCSP responder for the citizens' certificates of a demo PKI (RFC 6960).

Each authority answers for what it issued, signing with its own key (section 4.2.2.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from clavis_testkit.pki.authority import Authority
from clavis_testkit.pki.demo import load_authorities, read_index
from clavis_testkit.pki.holders import CertificateKind

_VALIDITY = timedelta(hours=1)


@dataclass(frozen=True)
class _Issued:
    certificate: x509.Certificate
    revoked: bool


class OcspResponder:
    """Answers requests about the certificates in a directory of `create_demo_pki`."""

    def __init__(self, directory: Path) -> None:
        self._authorities = list(load_authorities(directory).values())
        self._issued: dict[int, _Issued] = {}
        for entry in read_index(directory):
            certificate = x509.load_pem_x509_certificate((directory / entry.file).read_bytes())
            revoked = entry.kind == CertificateKind.REVOKED
            self._issued[certificate.serial_number] = _Issued(certificate, revoked)

    def answer(self, request: bytes, *, now: datetime) -> bytes:
        """Answer a DER request with a DER response; the request's nonce comes back."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
        except ValueError:
            return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        issued = self._issued.get(asked.serial_number)
        authority = self._authority(asked)
        if issued is None or authority is None:
            return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return self._respond(asked, issued, authority, now)

    def _authority(self, asked: ocsp.OCSPRequest) -> Authority | None:
        for authority in self._authorities:
            digest = hashes.Hash(asked.hash_algorithm)
            digest.update(authority.certificate.subject.public_bytes())
            if digest.finalize() == asked.issuer_name_hash:
                return authority
        return None

    def _respond(
        self, asked: ocsp.OCSPRequest, issued: _Issued, authority: Authority, now: datetime
    ) -> bytes:
        certificate = issued.certificate
        status = ocsp.OCSPCertStatus.REVOKED if issued.revoked else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=authority.certificate,
            algorithm=asked.hash_algorithm,
            cert_status=status,
            this_update=now,
            next_update=now + _VALIDITY,
            revocation_time=certificate.not_valid_before_utc if issued.revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if issued.revoked else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.certificate)
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        response = builder.sign(authority.key, authority.hash_algorithm)
        return response.public_bytes(Encoding.DER)


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
