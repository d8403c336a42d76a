"""Client certificates of the suite: self-signed, or from the demo's authority."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.conformance.harness.provider import Certificate

_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """The demo's authority of relying parties, which certifies the suite's clients, too."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def of_demo(cls, folder: Path) -> "Authority":
        """Read it from where the demo keeps it."""
        certificate = (folder / "trust" / "ac-servicios.cer.pem").read_bytes()
        key = load_pem_private_key((folder / "ac-servicios.key.pem").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(x509.load_pem_x509_certificate(certificate), key)

    def issue(self, name: str, folder: Path) -> Certificate:
        """Issue a client certificate and write it with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _leaf(subject_of(name), self.certificate.subject, key).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
            critical=False,
        )
        return _write(builder.sign(self.key, SHA256()), key, name, folder)


def self_signed(name: str, folder: Path) -> Certificate:
    """Make a certificate that stands for itself alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _leaf(subject_of(name), subject_of(name), key)
    return _write(builder.sign(key, SHA256()), key, name, folder)


def subject_of(name: str) -> x509.Name:
    """Name a client in its certificate."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Conformance suite"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _leaf(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now, public = datetime.now(UTC), key.public_key()
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(uses, critical=False)
    )


def _write(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, name: str, folder: Path
) -> Certificate:
    file, key_file = folder / f"{name}.pem", folder / f"{name}.key.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Certificate(file, key_file, certificate)
