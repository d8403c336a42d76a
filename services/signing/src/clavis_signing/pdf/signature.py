"""PAdES signatures (ETSI EN 319 142-1, level B-B) with the revocation data of our own CA inside.

The signature is invisible: what the citizen saw is what is signed, not a pixel more.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    SigDSSPlacementPreference,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

DIGEST = "sha256"


@dataclass(frozen=True)
class Chain:
    """The signer's certificate, its issuers and proof that it was valid at signing."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    root: x509.Certificate
    ocsp_response: bytes
    crls: tuple[bytes, ...]


class _DatedSigner(PdfSigner):
    """A signer whose signing time is given, not read."""

    signing_time: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.signing_time
        return session


def sign(
    document: bytes,
    *,
    key: ec.EllipticCurvePrivateKey,
    chain: Chain,
    field_name: str,
    signing_time: datetime,
) -> bytes:
    """Append a signature to the document and return the whole. Blocks: run it in a pool."""
    metadata = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=_validation(chain, signing_time),
        # One revision: the signature covers the whole file, revocation data included.
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )
    signer = _DatedSigner(
        metadata, signer=_signer(key, chain), new_field_spec=SigFieldSpec(field_name)
    )
    signer.signing_time = signing_time
    output = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), output=output)
    return output.getvalue()


def _signer(key: ec.EllipticCurvePrivateKey, chain: Chain) -> SimpleSigner:
    plaintext = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=_asn1(chain.certificate),
        signing_key=keys.PrivateKeyInfo.load(plaintext),
        cert_registry=SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]  # untyped pyHanko
            [_asn1(chain.issuer)]
        ),
        embed_roots=False,
    )


def _validation(chain: Chain, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_asn1(chain.root)],
        other_certs=[_asn1(chain.issuer)],
        crls=chain.crls,
        ocsps=[chain.ocsp_response],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
