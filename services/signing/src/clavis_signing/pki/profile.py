"""The profile of a citizen's signing certificate (RFC 5280, ETSI EN 319 412-2)."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from clavis_signing.pki import qc_statements
from clavis_signing.pki.authority import Authority

# X.520 upper bound of a common name; longer ones are refused by verifiers.
COMMON_NAME_MAX = 64
COMMON_NAME_SUFFIX = "(FIRMA CENTRALIZADA)"
# ETSI EN 319 411-1 section 5.3: normalised certificate policy; EN 319 411-2: QCP-n.
POLICY_NCP = "0.4.0.2042.1.1"
POLICY_QCP_N = "0.4.0.194112.1.0"
POLICY_LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Holder:
    """Who the certificate is about, spelt as in the identity document."""

    given_name: str
    first_surname: str
    second_surname: str | None
    national_id: str

    @property
    def surnames(self) -> str:
        """Both surnames, or the only one."""
        return " ".join(part for part in (self.first_surname, self.second_surname) if part)


@dataclass(frozen=True)
class Validity:
    """From when to when, both inclusive (RFC 5280 section 4.1.2.5)."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class Policy:
    """Under which certification policy, and whether its provider is supervised."""

    oid: str
    qualified: bool


def common_name(holder: Holder) -> str:
    """Compose surnames, name, identifier and purpose; the names are cut to fit 64 characters."""
    tail = f" - {holder.national_id} {COMMON_NAME_SUFFIX}"
    names = f"{holder.surnames} {holder.given_name}".upper()
    return names[: COMMON_NAME_MAX - len(tail)].rstrip() + tail


def subject_name(holder: Holder) -> x509.Name:
    """Build the subject (ETSI EN 319 412-2 section 4.2.4); the NIF as an identity card number."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"),
            # ETSI EN 319 412-1 section 5.1.3: IDC = national identity card number.
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"IDCES-{holder.national_id}"),
            x509.NameAttribute(NameOID.SURNAME, holder.surnames),
            x509.NameAttribute(NameOID.GIVEN_NAME, holder.given_name),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name(holder)),
        ]
    )


def issue(
    authority: Authority,
    holder: Holder,
    public_key: ec.EllipticCurvePublicKey,
    *,
    serial_number: int,
    validity: Validity,
    policy: Policy,
) -> x509.Certificate:
    """Sign a certificate for the holder's key."""
    builder = (
        x509.CertificateBuilder()
        .serial_number(serial_number)
        .issuer_name(authority.certificate.subject)
        .subject_name(subject_name(holder))
        .public_key(public_key)
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
    )
    for extension, critical in _extensions(authority, public_key, policy):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(authority.key, authority.digest)


def _extensions(
    authority: Authority, public_key: ec.EllipticCurvePublicKey, policy: Policy
) -> list[tuple[x509.ExtensionType, bool]]:
    issuer_key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        # ETSI EN 319 412-2 section 4.3.2 type A: a key that only signs documents.
        (_content_commitment(), True),
        (_policies(authority, policy), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
        (
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key.value),
            False,
        ),
        (_information_access(authority), False),
        (_distribution_points(authority), False),
        (
            qc_statements.build(
                qualified=policy.qualified, disclosure_urls=_disclosures(authority)
            ),
            False,
        ),
    ]


def _content_commitment() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _policies(authority: Authority, policy: Policy) -> x509.CertificatePolicies:
    general = POLICY_QCP_N if policy.qualified else POLICY_NCP
    own = x509.PolicyInformation(
        x509.ObjectIdentifier(policy.oid), [authority.locations.policies("es")]
    )
    return x509.CertificatePolicies(
        [own, x509.PolicyInformation(x509.ObjectIdentifier(general), None)]
    )


def _information_access(authority: Authority) -> x509.AuthorityInformationAccess:
    where = authority.locations
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(where.ocsp)
            ),
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier(where.issuer),
            ),
        ]
    )


def _distribution_points(authority: Authority) -> x509.CRLDistributionPoints:
    address = x509.UniformResourceIdentifier(authority.locations.crl)
    return x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(
                full_name=[address], relative_name=None, reasons=None, crl_issuer=None
            )
        ]
    )


def _disclosures(authority: Authority) -> dict[str, str]:
    # ETSI EN 319 412-5 section 4.3.4 admits https only.
    if not authority.locations.base_url.startswith("https://"):
        return {}
    return {language: authority.locations.policies(language) for language in POLICY_LANGUAGES}
