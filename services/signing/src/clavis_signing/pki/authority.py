"""The issuing CA: its certificate, its key and where the world finds what it publishes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clavis_kit.settings import KeyFileError, read_ec_private_key
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Locations:
    """Public addresses that certificates name. All below one base URL, without final slash."""

    base_url: str

    @property
    def ocsp(self) -> str:
        """Where certificate status is asked (RFC 6960)."""
        return f"{self.base_url}/pki/ocsp"

    @property
    def crl(self) -> str:
        """Where the revocation list of the issuing CA is read."""
        return f"{self.base_url}/pki/crl/issuing.crl"

    @property
    def issuer(self) -> str:
        """Where the issuing CA's certificate is read."""
        return f"{self.base_url}/pki/ca/issuing.cer"

    def policies(self, language: str) -> str:
        """Where the certification policies are read in that language."""
        return f"{self.base_url}/pki/policies/{language}"


@dataclass(frozen=True)
class Authority:
    """What signs citizen certificates, revocation lists and OCSP responder certificates."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    root: x509.Certificate
    locations: Locations
    root_crl_file: Path | None = None

    def root_crl(self) -> bytes | None:
        """Read the root's revocation list (DER): the offline root renews the file now and then."""
        try:
            return self.root_crl_file.read_bytes() if self.root_crl_file else None
        except OSError:
            return None

    @property
    def key_identifier(self) -> bytes:
        """Subject key identifier of the issuing CA."""
        extension = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return extension.value.digest

    @property
    def not_after(self) -> datetime:
        """The end of the issuing CA: nothing it issues lasts longer."""
        return self.certificate.not_valid_after_utc

    @property
    def digest(self) -> hashes.SHA256 | hashes.SHA384:
        """The digest that matches the strength of the key (ETSI TS 119 312)."""
        return hashes.SHA384() if self.key.key_size > 256 else hashes.SHA256()  # noqa: PLR2004


def load(
    cert_file: Path,
    key_file: Path,
    root_file: Path,
    base_url: str,
    *,
    root_crl_file: Path | None = None,
) -> Authority:
    """Read the issuing CA. Raises KeyFileError with a sentence when the parts do not belong."""
    certificate, root = _read_certificate(cert_file), _read_certificate(root_file)
    key = read_ec_private_key(key_file)
    if _spki(certificate) != key.public_key().public_bytes(*_SPKI):
        raise KeyFileError(f"{key_file.name} is not the key of {cert_file.name}")
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise KeyFileError(f"{cert_file.name} was not issued by {root_file.name}") from error
    locations = Locations(base_url.rstrip("/"))
    return Authority(certificate, key, root, locations, root_crl_file)


_SPKI = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(*_SPKI)


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"cannot read a certificate from {path.name}") from error
