"""A certification authority: its certificate, its key, and what it signs."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

ORGANISATION = "Clavis TEST"
# A made-up tax number with a correct control letter.
ORGANISATION_ID = "VATES-Q0000000J"
ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
_CRL_LIFE = timedelta(days=30)
_DAYS_LEFT = timedelta(days=7)
# Clocks differ a little: what is made now must be valid now everywhere.
_SLACK = timedelta(hours=1)

Extension = tuple[x509.ExtensionType, bool]
"""An extension and whether it is critical."""


@dataclass(frozen=True)
class Urls:
    """Where a certificate says that its issuer publishes things; None leaves the pointer out."""

    crl: str | None = None
    ocsp: str | None = None
    issuer: str | None = None

    def extensions(self) -> list[Extension]:
        """List CRL distribution points and authority information access (RFC 5280 4.2)."""
        found: list[Extension] = []
        if self.crl:
            point = x509.DistributionPoint(
                [x509.UniformResourceIdentifier(self.crl)], None, None, None
            )
            found.append((x509.CRLDistributionPoints([point]), False))
        methods = (
            (AuthorityInformationAccessOID.CA_ISSUERS, self.issuer),
            (AuthorityInformationAccessOID.OCSP, self.ocsp),
        )
        descriptions = [
            x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
            for method, url in methods
            if url
        ]
        if descriptions:
            found.append((x509.AuthorityInformationAccess(descriptions), False))
        return found


@dataclass(frozen=True)
class Authority:
    """A certificate that may sign others, with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def root(
        cls, common_name: str, *, now: datetime, years: int = 20, more: Sequence[Extension] = ()
    ) -> "Authority":
        """Make a self-signed authority on P-384, with `more` extensions."""
        key = ec.generate_private_key(ec.SECP384R1())
        name = authority_name(common_name)
        builder = _builder(name, name, key.public_key(), now, now + timedelta(days=365 * years))
        builder = _extend(builder, [*_ca_extensions(None), *more, (_ski(key.public_key()), False)])
        return cls(builder.sign(key, hashes.SHA384()), key)

    def subordinate(
        self,
        common_name: str,
        *,
        now: datetime,
        years: int = 10,
        urls: Urls | None = None,
        curve: ec.EllipticCurve | None = None,
    ) -> "Authority":
        """Issue an authority that may issue to end entities only (pathLenConstraint 0)."""
        key = ec.generate_private_key(curve or ec.SECP256R1())
        policies = x509.CertificatePolicies([x509.PolicyInformation(ANY_POLICY, None)])
        certificate = self.issue(
            authority_name(common_name),
            key.public_key(),
            not_before=now,
            not_after=now + timedelta(days=365 * years),
            extensions=[*_ca_extensions(0), (policies, False), *(urls or Urls()).extensions()],
        )
        return Authority(certificate, key)

    def issue(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        *,
        not_before: datetime,
        not_after: datetime,
        extensions: Sequence[Extension],
    ) -> x509.Certificate:
        """Sign a certificate; the key identifiers are added (RFC 5280 4.2.1.1 and 4.2.1.2)."""
        issuer = self.certificate.subject
        builder = _builder(subject, issuer, public_key, not_before, not_after)
        identifiers: list[Extension] = [(_ski(public_key), False), (self._aki(), False)]
        return _extend(builder, [*extensions, *identifiers]).sign(self.key, self.hash_algorithm)

    def revocation_list(
        self, revoked: Iterable[x509.Certificate], *, number: int, now: datetime
    ) -> x509.CertificateRevocationList:
        """Sign a revocation list that says these certificates are revoked since `now`."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - _SLACK)
            .next_update(now + _CRL_LIFE)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(self._aki(), critical=False)
        )
        for certificate in revoked:
            entry = (
                x509.RevokedCertificateBuilder()
                .serial_number(certificate.serial_number)
                .revocation_date(certificate.not_valid_before_utc)
                .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
                .build()
            )
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, self.hash_algorithm)

    def save(self, certificate_file: Path, key_file: Path) -> None:
        """Write both as PEM, the key readable by its owner alone."""
        certificate_file.write_bytes(certificate_pem(self.certificate))
        write_key(key_file, self.key)

    @classmethod
    def load(cls, certificate_file: Path, key_file: Path) -> "Authority":
        """Read what `save` wrote."""
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(x509.load_pem_x509_certificate(certificate_file.read_bytes()), key)

    def _aki(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())

    @property
    def hash_algorithm(self) -> hashes.SHA256 | hashes.SHA384:
        """The digest that suits the strength of the key."""
        return hashes.SHA384() if self.key.key_size > 256 else hashes.SHA256()  # noqa: PLR2004 (bits)


def authority_name(common_name: str) -> x509.Name:
    """Name an authority of ours."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(ORGANIZATION_IDENTIFIER, ORGANISATION_ID),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def key_usage(*names: str) -> x509.KeyUsage:
    """Build a key usage with these bits, named as RFC 5280 4.2.1.3 names them in snake case."""
    bits = dict.fromkeys(_KEY_USAGE_BITS, False) | dict.fromkeys(names, True)
    return x509.KeyUsage(**bits)


_KEY_USAGE_BITS = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def lasts(certificate_file: Path, *, now: datetime) -> bool:
    """Return whether the file holds a certificate that is good for another week."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except (OSError, ValueError):
        return False
    return certificate.not_valid_after_utc > now + _DAYS_LEFT


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Encode a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key as PKCS #8 PEM, readable by its owner alone."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def _ca_extensions(path_length: int | None) -> list[Extension]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]


def _ski(public_key: ec.EllipticCurvePublicKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(public_key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before - _SLACK)
        .not_valid_after(not_after)
    )


def _extend(
    builder: x509.CertificateBuilder, extensions: Sequence[Extension]
) -> x509.CertificateBuilder:
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder
