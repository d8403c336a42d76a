"""Judging signatures and revocation from outside: pyHanko for PDFs, HTTP for OCSP and CRL."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from clavis_testkit.running_demo import RunningDemo

TIMEOUT_SECONDS = 60.0


def _authority(demo: RunningDemo, name: str) -> Path:
    return demo.directory / "pki" / "signing" / f"{name}.cer.pem"


def _certificate(demo: RunningDemo, name: str) -> Any:
    _, _, der = pem.unarmor(_authority(demo, name).read_bytes())
    return asn1_x509.Certificate.load(der)


def embedded_signature(signed: bytes) -> Any:
    """Return the one signature in a PDF."""
    signatures = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert len(signatures) == 1, f"{len(signatures)} signatures"
    return signatures[0]


def validate_signature(signed: bytes, demo: RunningDemo) -> Any:
    """Validate the signature of a PDF against our root; return pyHanko's status."""
    context = ValidationContext(
        trust_roots=[_certificate(demo, "root")],
        other_certs=[_certificate(demo, "issuing")],
        allow_fetching=False,
    )
    # In a thread of its own: pyHanko runs an event loop, and a browser's may already be running.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, embedded_signature(signed), context).result()


def ocsp_status(signed: bytes, demo: RunningDemo) -> str:
    """Ask the responder about the certificate of a signature: good, revoked or unknown."""
    return ocsp_state(signed, demo)[0]


def ocsp_state(signed: bytes, demo: RunningDemo) -> tuple[str, str | None]:
    """Ask the responder about the certificate of a signature: its status, and why if revoked."""
    der = embedded_signature(signed).signer_cert.dump()
    issuer = x509.load_pem_x509_certificate(_authority(demo, "issuing").read_bytes())
    builder = ocsp.OCSPRequestBuilder()
    request = builder.add_certificate(x509.load_der_x509_certificate(der), issuer, SHA256())
    answer = httpx.post(
        demo.url(4) + "/pki/ocsp",
        content=request.build().public_bytes(Encoding.DER),
        headers={"Content-Type": "application/ocsp-request"},
        timeout=TIMEOUT_SECONDS,
    )
    response = ocsp.load_der_ocsp_response(answer.content)
    reason = response.revocation_reason
    return response.certificate_status.name.lower(), reason.name if reason else None


def crl_serials(demo: RunningDemo) -> set[int]:
    """Return the serial numbers on the list of the issuing authority."""
    return set(crl_reasons(demo))


def crl_reasons(demo: RunningDemo) -> dict[int, str]:
    """Return why each certificate on the list of the issuing authority was revoked."""
    answer = httpx.get(demo.url(4) + "/pki/crl/issuing.crl", timeout=TIMEOUT_SECONDS)
    return {entry.serial_number: _reason(entry) for entry in x509.load_der_x509_crl(answer.content)}


def _reason(entry: x509.RevokedCertificate) -> str:
    return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
