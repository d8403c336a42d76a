"""The revocation list of the issuing CA (RFC 5280 section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from clavis_signing.pki.authority import Authority
from clavis_signing.rules import Reason

# X.509 (2019) section 9.5.2.8: revoked certificates stay on the list after they expire.
EXPIRED_CERTS_ON_CRL = x509.ObjectIdentifier("2.5.29.60")


@dataclass(frozen=True)
class RevokedCertificate:
    """One entry of the list."""

    serial_number: int
    revoked_at: datetime
    reason: Reason


def build(
    authority: Authority,
    entries: Iterable[RevokedCertificate],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Sign a full list; return it in DER. `number` must exceed that of every list before."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(this_update)
        .next_update(next_update)
    )
    for extension, critical in _extensions(authority, number):
        builder = builder.add_extension(extension, critical=critical)
    for entry in entries:
        builder = builder.add_revoked_certificate(_entry(entry))
    crl = builder.sign(authority.key, authority.digest)
    return crl.public_bytes(serialization.Encoding.DER)


def _extensions(authority: Authority, number: int) -> list[tuple[x509.ExtensionType, bool]]:
    issuer_key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    since = core.GeneralizedTime(authority.certificate.not_valid_before_utc)
    return [
        (x509.CRLNumber(number), False),
        (
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key.value),
            False,
        ),
        (x509.UnrecognizedExtension(EXPIRED_CERTS_ON_CRL, since.dump()), False),
    ]


def _entry(entry: RevokedCertificate) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(entry.serial_number)
        .revocation_date(entry.revoked_at)
        .add_extension(x509.CRLReason(x509.ReasonFlags(entry.reason.value)), critical=False)
        .build()
    )
