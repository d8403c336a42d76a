"""A signature counts for the document it was made over, whatever made it."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from clavis_certificates.signatures import SignatureInvalidError, verify_detached, verify_pdf
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

ANA = Holder(CertificateKind.FNMT, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
DOCUMENT = b"%PDF-1.7 the request, byte by byte\n"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signer")
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = Authority.root("AC Raíz", now=NOON)
    certificate = issuer.issue(
        profiles.subject(ANA), key.public_key(), not_before=NOON,
        not_after=NOON + timedelta(days=10), extensions=profiles.extensions(ANA),
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


def openssl_cms(folder: Path, document: bytes, *more: str) -> bytes:
    (folder / "document").write_bytes(document)
    command = [
        "openssl", "cms", "-sign", "-binary", "-in", folder / "document", "-signer",
        folder / "cert.pem", "-inkey", folder / "key.pem", "-outform", "DER", *more,
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize("more", [("-cades",), (), ("-nodetach",), ("-md", "sha512")])
def test_what_openssl_signs_is_understood(signer: Path, more: tuple[str, ...]) -> None:
    signed = verify_detached(openssl_cms(signer, DOCUMENT, *more), DOCUMENT)
    assert signed.certificate == x509.load_pem_x509_certificate((signer / "cert.pem").read_bytes())


@pytest.mark.parametrize("more", [(), ("-nodetach",)])
def test_a_signature_of_another_document_is_none_of_ours(
    signer: Path, more: tuple[str, ...]
) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_detached(openssl_cms(signer, DOCUMENT + b".", *more), DOCUMENT)


def test_a_weak_digest_proves_nothing(signer: Path) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_detached(openssl_cms(signer, DOCUMENT, "-md", "sha1"), DOCUMENT)


def test_a_signature_without_its_certificate_is_nobodys(signer: Path) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_detached(openssl_cms(signer, DOCUMENT, "-nocerts"), DOCUMENT)


def test_any_flipped_byte_is_refused_and_never_a_crash(signer: Path) -> None:
    signature = openssl_cms(signer, DOCUMENT, "-cades")
    refused = 0
    for place in range(0, len(signature), 7):
        broken = bytearray(signature)
        broken[place] ^= 0x41
        try:
            verify_detached(bytes(broken), DOCUMENT)
        except SignatureInvalidError:
            refused += 1
    # What is not signed (the certificate's own signature, say) is judged with the path.
    assert refused > len(signature) / 7 / 2


@pytest.mark.parametrize("junk", [b"", b"junk", b"0\x80", b"x" * 70_000])
def test_junk_is_no_signature(junk: bytes) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_detached(junk, DOCUMENT)
    with pytest.raises(SignatureInvalidError):
        verify_pdf(DOCUMENT + junk, DOCUMENT)


def a_pdf() -> bytes:
    writer = PdfFileWriter()
    writer.insert_page(
        PageObject(
            contents=writer.add_object(StreamObject(stream_data=b"")), media_box=(0, 0, 200, 200)
        )
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_pdf(folder: Path, document: bytes) -> bytes:
    simple = SimpleSigner(
        load_cert_from_pemder(str(folder / "cert.pem")),
        load_private_key_from_pemder(str(folder / "key.pem"), passphrase=None),
        SimpleCertificateStore(),
    )
    pdf = PdfSigner(PdfSignatureMetadata(field_name="Citizen", md_algorithm="sha256"), simple)
    out = pdf.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)))
    return bytes(out.getvalue())


def test_a_signed_pdf_is_our_document_and_one_signature_over_all(signer: Path) -> None:
    document = a_pdf()
    signed = signed_pdf(signer, document)
    assert verify_pdf(signed, document).certificate.subject == profiles.subject(ANA)
    with pytest.raises(SignatureInvalidError):
        verify_pdf(signed, document + b"\n")
    with pytest.raises(SignatureInvalidError):
        verify_pdf(signed + b"\n% more", document)
    with pytest.raises(SignatureInvalidError):
        verify_pdf(signed[:-40] + b"x" + signed[-39:], document)


def test_an_unsigned_pdf_is_not_signed() -> None:
    document = a_pdf()
    with pytest.raises(SignatureInvalidError):
        verify_pdf(document, document)
