"""The registry's electronic seal on proofs and receipts: PAdES (ETSI EN 319 142-1, level B-B)."""

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from clavis_kit.clock import Clock
from clavis_kit.pools import BoundedPool
from clavis_kit.settings import KeyFileError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

WORKERS, QUEUE = 1, 32
FIELD = "Seal"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class _DatedSigner(PdfSigner):
    """A signer whose signing time is given, not read."""

    signing_time: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.signing_time
        return session


@dataclass(frozen=True)
class Verification:
    """What a sealed document proves: unchanged as a whole, under a seal that we trust, and when."""

    intact: bool
    trusted: bool
    whole: bool
    signer: str
    sealed_at: datetime | None

    @property
    def valid(self) -> bool:
        """Whether the document is what was handed out."""
        return self.intact and self.trusted and self.whole


class Seal:
    """Seals documents with one key, in a bounded pool."""

    def __init__(self, key: PrivateKey, chain: list[x509.Certificate], clock: Clock) -> None:
        """`chain` begins with the seal's certificate and goes up to what readers trust."""
        self._signer = _simple_signer(key, chain)
        self._chain = chain
        self._clock = clock
        self._pool = BoundedPool("seal-registry", workers=WORKERS, queue=QUEUE)

    @classmethod
    def from_files(cls, key_file: Path, certificate_file: Path, clock: Clock) -> "Seal":
        """Read key and chain (PEM). Raises KeyFileError with a sentence."""
        key, chain = _read_key(key_file), read_certificates(certificate_file)
        if _spki(key.public_key()) != _spki(chain[0].public_key()):
            raise KeyFileError(f"{certificate_file} does not begin with the certificate of the key")
        return cls(key, chain, clock)

    @property
    def chain(self) -> list[x509.Certificate]:
        """The seal's certificate and its issuers."""
        return self._chain

    async def seal(self, pdf: bytes) -> bytes:
        """Return the document with the seal. Raises Overloaded when too many wait."""
        return await self._pool.run(_seal, pdf, self._signer, self._clock.now())


def _seal(pdf: bytes, simple: SimpleSigner, at: datetime) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    signer = _DatedSigner(metadata, signer=simple, new_field_spec=SigFieldSpec(FIELD))
    signer.signing_time = at
    output = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output)
    return output.getvalue()


def verify(pdf: bytes, trusted: list[x509.Certificate]) -> Verification | None:
    """Judge the seal of a document; None when it is no PDF or carries no seal."""
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        seal = next(s for s in signatures if s.field_name == FIELD)
        context = ValidationContext(
            trust_roots=[_asn1(certificate) for certificate in trusted],
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        status = validate_pdf_signature(seal, context)
    except (StopIteration, ValueError, OSError, PdfError, SignatureValidationError):
        return None
    return Verification(
        intact=status.intact and status.valid,
        trusted=status.trusted,
        whole=seal.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        signer=str(seal.signer_cert.subject.human_friendly),
        sealed_at=status.signer_reported_dt,
    )


def _simple_signer(key: PrivateKey, chain: list[x509.Certificate]) -> SimpleSigner:
    plaintext = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=_asn1(chain[0]),
        signing_key=keys.PrivateKeyInfo.load(plaintext),
        cert_registry=SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]  # untyped pyHanko
            [_asn1(certificate) for certificate in chain[1:]]
        ),
        embed_roots=False,
    )


def _read_key(path: Path) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileError(f"{path} is not a readable private key in PEM") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyFileError(f"{path} must hold an EC or RSA private key")
    return key


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Read one or more certificates (PEM). Raises KeyFileError with a sentence."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path} is not a readable certificate in PEM") from error


def _spki(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
