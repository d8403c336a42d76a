"""Signatures that a citizen made over a document of ours, with whatever tool.

Here only that the signature is of exactly this document and by the key of the certificate it
brings. Whose certificate that is, and whether it still holds, CertificateJudge says.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity

MAX_SIGNATURE_BYTES = 64 * 1024
# ETSI TS 119 312 section 5: digests that a signature of today may use.
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})

_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    PdfError,
    SignatureValidationError,
    CMSExtractionError,
)


class SignatureInvalidError(Exception):
    """What was handed in is no valid signature of the document."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The certificate whose key signed, and those that came along."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


# RFC 5652 section 5.4 and, where the certificate is named in the attributes, RFC 5035.
def verify_detached(signature: bytes, document: bytes) -> Signed:
    """Check a detached CMS or CAdES signature in DER over a document.

    Blocking. Raises SignatureInvalidError.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise SignatureInvalidError
    try:
        signed_data = _signed_data(signature)
        encapsulated = signed_data["encap_content_info"]["content"].native
        if encapsulated is not None and encapsulated != document:
            raise SignatureInvalidError
        (signer,) = signed_data["signer_infos"]
        digest = hashlib.new(_digest_name(signer), document).digest()
        return _checked(signed_data, signer, digest)
    except _UNREADABLE as error:
        raise SignatureInvalidError from error


def _signed_data(signature: bytes) -> cms.SignedData:
    content = cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        raise SignatureInvalidError
    signed_data: cms.SignedData = content["content"]
    return signed_data


def _checked(signed_data: cms.SignedData, signer: cms.SignerInfo, digest: bytes) -> Signed:
    found = extract_certs_for_validation(signed_data)
    intact, valid = validate_sig_integrity(signer, found.signer_cert, "data", digest)
    if not (intact and valid):
        raise SignatureInvalidError
    others = tuple(_loaded(member) for member in found.other_certs)
    return Signed(_loaded(found.signer_cert), others)


def _digest_name(signer: cms.SignerInfo) -> str:
    name = str(signer["digest_algorithm"]["algorithm"].native)
    if name not in _DIGESTS:
        raise SignatureInvalidError
    return name


# ISO 32000-2 section 12.8.1: a signature is an update that leaves the bytes before it as they are.
def verify_pdf(signed_pdf: bytes, document: bytes) -> Signed:
    """Check a signed PDF: our document byte by byte, and one signature over all of the file.

    Blocking. Raises SignatureInvalidError.
    """
    if not signed_pdf.startswith(document):
        raise SignatureInvalidError
    try:
        (embedded,) = PdfFileReader(io.BytesIO(signed_pdf)).embedded_signatures
        embedded.compute_integrity_info(skip_diff=True)
        if embedded.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
            raise SignatureInvalidError
        _digest_name(embedded.signer_info)
        return _checked(embedded.signed_data, embedded.signer_info, embedded.compute_digest())
    except _UNREADABLE as error:
        raise SignatureInvalidError from error


def _loaded(certificate: asn1.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
