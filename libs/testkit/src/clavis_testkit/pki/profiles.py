"""Certificate profiles of natural persons and representatives, as their issuers publish them.

The object identifiers are those of the real profiles, because software tells the kinds apart by
them. Keys are P-256 rather than RSA, to be made at once.
"""

from dataclasses import dataclass
from datetime import timedelta

from asn1crypto import core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clavis_testkit.pki.authority import (
    ORGANIZATION_IDENTIFIER,
    Extension,
    key_usage,
)
from clavis_testkit.pki.holders import CertificateKind, Holder

_COMMON_NAME_LIMIT = 64  # ub-common-name, RFC 5280 appendix A.1
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")

# FNMT-RCM, attributes of the directoryName in subjectAltName.
_FNMT = "1.3.6.1.4.1.5734.1"
_FNMT_GIVEN_NAME, _FNMT_SURNAME_1, _FNMT_SURNAME_2, _FNMT_NIF = (
    x509.ObjectIdentifier(f"{_FNMT}.{number}") for number in (1, 2, 3, 4)
)
_FNMT_ENTITY_NAME, _FNMT_ENTITY_NIF = (
    x509.ObjectIdentifier(f"{_FNMT}.{number}") for number in (6, 7)
)

# ETSI EN 319 411-2 section 5.3 (QCP) and EN 319 411-1 section 5.3 (NCP+).
_QCP_N = "0.4.0.194112.1.0"
_QCP_N_QSCD = "0.4.0.194112.1.2"
_NCP_PLUS = "0.4.0.2042.1.2"

# ETSI EN 319 412-5 section 4.
_QC_COMPLIANCE = "0.4.0.1862.1.1"
_QC_SSCD = "0.4.0.1862.1.4"
_QC_TYPE = "0.4.0.1862.1.6"
_QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"


@dataclass(frozen=True)
class Profile:
    """What distinguishes one kind of certificate."""

    issuer: str
    policies: tuple[str, ...]
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[x509.ObjectIdentifier, ...] = ()
    qscd: bool = False
    """Whether the key lives in a qualified signature creation device."""
    lifetime: timedelta = timedelta(days=4 * 365)


_PERSON = Profile(
    issuer="ac-usuarios",
    policies=("1.3.6.1.4.1.5734.3.10.1", _QCP_N),
    key_usage=("digital_signature", "content_commitment"),
    extended_key_usage=(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION),
)

PROFILES = {
    CertificateKind.FNMT: _PERSON,
    CertificateKind.EXPIRED: _PERSON,
    CertificateKind.REVOKED: _PERSON,
    CertificateKind.UNKNOWN_ISSUER: Profile(
        "ac-desconocida", _PERSON.policies, _PERSON.key_usage, _PERSON.extended_key_usage
    ),
    CertificateKind.REPRESENTATIVE: Profile(
        issuer="ac-representacion",
        policies=("1.3.6.1.4.1.5734.3.11.1", _QCP_N),
        key_usage=_PERSON.key_usage,
        extended_key_usage=_PERSON.extended_key_usage,
    ),
    # The card's certificates carry no extended key usage and no directoryName.
    CertificateKind.DNIE: Profile(
        issuer="ac-dnie",
        policies=("2.16.724.1.2.2.2.4", _NCP_PLUS),
        key_usage=("digital_signature",),
        qscd=True,
        lifetime=timedelta(days=2 * 365),
    ),
    CertificateKind.DNIE_SIGNING: Profile(
        issuer="ac-dnie",
        policies=("2.16.724.1.2.2.2.3", _QCP_N_QSCD),
        key_usage=("content_commitment",),
        qscd=True,
        lifetime=timedelta(days=2 * 365),
    ),
}


def is_card(kind: CertificateKind) -> bool:
    """Return whether certificates of this kind live on an electronic identity card."""
    return PROFILES[kind].qscd


def subject(holder: Holder) -> x509.Name:
    """Build the subject: `IDCES-` before the number except on the card (EN 319 412-1 5.1.3)."""
    prefix = "" if is_card(holder.kind) else "IDCES-"
    pairs = [
        (NameOID.COUNTRY_NAME, "ES"),
        (NameOID.SERIAL_NUMBER, prefix + holder.national_id),
        (NameOID.SURNAME, holder.surnames),
        (NameOID.GIVEN_NAME, holder.given_name),
        (NameOID.COMMON_NAME, _common_name(holder)[:_COMMON_NAME_LIMIT]),
    ]
    if holder.kind is CertificateKind.REPRESENTATIVE:
        pairs[1:1] = [
            (NameOID.ORGANIZATION_NAME, holder.entity_name),
            (ORGANIZATION_IDENTIFIER, f"VATES-{holder.entity_nif}"),
        ]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in pairs])


def _common_name(holder: Holder) -> str:
    card_suffix = {
        CertificateKind.DNIE: " (AUTENTICACIÓN)",
        CertificateKind.DNIE_SIGNING: " (FIRMA)",
    }.get(holder.kind)
    if card_suffix is not None:
        return f"{holder.surnames}, {holder.given_name}{card_suffix}"
    if holder.kind is CertificateKind.REPRESENTATIVE:
        return f"{holder.national_id} {holder.name} (R: {holder.entity_nif})"
    return f"{holder.surnames} {holder.given_name} - {holder.national_id}"


def extensions(holder: Holder) -> list[Extension]:
    """List the extensions of the holder's profile, without key identifiers and addresses."""
    profile = PROFILES[holder.kind]
    policies = [
        x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in profile.policies
    ]
    found: list[Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(*profile.key_usage), True),
        (x509.CertificatePolicies(policies), False),
        (x509.UnrecognizedExtension(_QC_STATEMENTS, _qc_statements(profile)), False),
    ]
    if profile.extended_key_usage:
        found.append((x509.ExtendedKeyUsage(profile.extended_key_usage), False))
    if not is_card(holder.kind):
        found.append((x509.SubjectAlternativeName([_directory_name(holder)]), False))
    return found


def _directory_name(holder: Holder) -> x509.DirectoryName:
    pairs = [
        (_FNMT_GIVEN_NAME, holder.given_name),
        (_FNMT_SURNAME_1, holder.first_surname),
        (_FNMT_SURNAME_2, holder.second_surname),
        (_FNMT_NIF, holder.national_id),
    ]
    if holder.kind is CertificateKind.REPRESENTATIVE:
        pairs += [(_FNMT_ENTITY_NAME, holder.entity_name), (_FNMT_ENTITY_NIF, holder.entity_nif)]
    attributes = [x509.NameAttribute(kind, value) for kind, value in pairs if value]
    return x509.DirectoryName(x509.Name(attributes))


def _qc_statements(profile: Profile) -> bytes:
    """Encode QCStatements (RFC 3739 section 3.2.6)."""
    esign = _sequence(core.ObjectIdentifier(_QC_TYPE_ESIGN).dump())
    statements = [_statement(_QC_COMPLIANCE), _statement(_QC_TYPE, esign)]
    if profile.qscd:
        statements.append(_statement(_QC_SSCD))
    return _sequence(*statements)


def _statement(identifier: str, info: bytes = b"") -> bytes:
    return _sequence(core.ObjectIdentifier(identifier).dump(), info)


def _sequence(*parts: bytes) -> bytes:
    """Encode a DER SEQUENCE short enough for one length octet."""
    content = b"".join(parts)
    return bytes([0x30, len(content)]) + content
