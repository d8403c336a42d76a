"""Whose certificate it is, and whether a citizen may log in or sign with it. Pure.

What is trusted (the issuer, the dates, revocation) is judged elsewhere; here only what the
certificate says of its holder. Kinds are told apart by policy and attributes, never by the text
of a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from clavis_kit.national_id import NationalIdError, mask, normalise
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clavis_certificates.kinds import Kind, Mark, recognised
from clavis_certificates.statements import Statements, read_statements

Extension = TypeVar("Extension", bound=x509.ExtensionType)


class Purpose(StrEnum):
    """What the holder does with the certificate's key."""

    LOGIN = "login"
    SIGNATURE = "signature"


class Refusal(StrEnum):
    """Why a certificate does not serve. Stable: a page carries it as `data-code`."""

    MISSING = "certificate-missing"
    UNREADABLE = "certificate-unreadable"
    UNKNOWN_ISSUER = "certificate-unknown-issuer"
    EXPIRED = "certificate-expired"
    NOT_YET_VALID = "certificate-not-yet-valid"
    REVOKED = "certificate-revoked"
    UNCHECKED = "certificate-unchecked"
    REPRESENTATIVE = "certificate-representative"
    SEAL = "certificate-seal"
    EMPLOYEE = "certificate-employee"
    PSEUDONYM = "certificate-pseudonym"
    SIGNING = "certificate-signing"
    WEBSITE = "certificate-website"
    DEVICE = "certificate-device"
    UNQUALIFIED = "certificate-unqualified"
    NOT_FOR_SIGNING = "certificate-not-for-signing"
    UNSUPPORTED = "certificate-unsupported"
    IDENTITY = "certificate-identity"


@dataclass(frozen=True, slots=True)
class CertificateHolder:
    """The natural person a certificate identifies, and how it does."""

    national_id: str
    given_name: str
    surnames: str
    first_surname: str
    second_surname: str | None
    issuer_name: str
    serial_number: str
    policy: str
    qualified_device: bool
    not_after: datetime

    @property
    def full_name(self) -> str:
        """Given name and surnames."""
        return f"{self.given_name} {self.surnames}"

    @property
    def masked_national_id(self) -> str:
        """The number with all but its middle hidden."""
        return mask(self.national_id)

    @property
    def on_identity_card(self) -> bool:
        """Whether the key lives in an electronic DNI."""
        return any(mark.profile.kind in _CARDS for mark in recognised((self.policy,)))

    def evidence(self) -> dict[str, str | bool | None]:
        """Return what is kept of the identification: neither number nor name."""
        return {
            "kind": "certificate",
            "issuer": self.issuer_name,
            "serial": self.serial_number,
            "policy": self.policy,
            "qualified_device": self.qualified_device,
            "not_after": self.not_after.isoformat(),
        }

    def names(self) -> dict[str, str | None]:
        """Return the name as the registry takes it over for someone it does not know."""
        return {
            "given_name": self.given_name,
            "first_surname": self.first_surname,
            "second_surname": self.second_surname,
        }


_CARDS = (Kind.CARD, Kind.CARD_SIGNATURE)
# FNMT-RCM: attributes of the directoryName in the alternative name.
_FNMT_SURNAME_1, _FNMT_SURNAME_2, _FNMT_NIF = (
    f"1.3.6.1.4.1.5734.1.{number}" for number in (2, 3, 4)
)
# ETSI EN 319 412-1 section 5.1.3: what kind of number the serialNumber attribute holds.
_NUMBER_PREFIXES = ("IDCES-", "PNOES-")
_ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
_REFUSED_KINDS = {
    Kind.PSEUDONYM: Refusal.PSEUDONYM,
    Kind.SEAL: Refusal.SEAL,
    Kind.EMPLOYEE: Refusal.EMPLOYEE,
    Kind.REPRESENTATIVE: Refusal.REPRESENTATIVE,
    Kind.WEBSITE: Refusal.WEBSITE,
}


def read_holder(
    certificate: x509.Certificate, purpose: Purpose = Purpose.LOGIN
) -> CertificateHolder | Refusal:
    """Return the citizen this certificate identifies, or why it does not serve the purpose."""
    try:
        statements = read_statements(certificate)
        marks = recognised(_identifiers(certificate, statements))
        refusal = _kind_refusal(certificate, marks) or _use_refusal(certificate, purpose)
        return refusal or _holder(certificate, marks, statements, purpose)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return Refusal.UNREADABLE


def _identifiers(certificate: x509.Certificate, statements: Statements) -> Iterator[str]:
    """List policies, attributes of the alternative name and stated types."""
    for policy in _extension(certificate, x509.CertificatePolicies) or ():
        yield policy.policy_identifier.dotted_string
    for attribute in _alternative_name(certificate):
        yield attribute.oid.dotted_string
    yield from statements.types


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _alternative_name(certificate: x509.Certificate) -> Iterator[x509.NameAttribute[str | bytes]]:
    names = _extension(certificate, x509.SubjectAlternativeName)
    for name in names.get_values_for_type(x509.DirectoryName) if names else ():
        yield from name


# Ley 6/2020 art. 6 and Real Decreto 203/2021 art. 27: a citizen's certificate names a natural
# person by name, surnames and number, and nobody else beside.
def _kind_refusal(certificate: x509.Certificate, marks: Sequence[Mark]) -> Refusal | None:
    subject = certificate.subject
    if subject.get_attributes_for_oid(NameOID.PSEUDONYM):
        return Refusal.PSEUDONYM
    for mark in marks:
        if mark.profile.kind in _REFUSED_KINDS:
            return _REFUSED_KINDS[mark.profile.kind]
    person = subject.get_attributes_for_oid(NameOID.SURNAME)
    if subject.get_attributes_for_oid(_ORGANISATION_IDENTIFIER):
        return Refusal.REPRESENTATIVE if person else Refusal.SEAL
    return Refusal.DEVICE if not marks and not person and _serves(certificate) else None


# RFC 5280 section 4.2.1.12 and RFC 6125 section 1.5: it names hosts, or proves what servers,
# programs and clocks do.
def _serves(certificate: x509.Certificate) -> bool:
    names = _extension(certificate, x509.SubjectAlternativeName)
    hosts = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier)
    if names is not None and any(isinstance(name, hosts) for name in names):
        return True
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    return purposes is not None and not _MACHINES.isdisjoint(purposes)


_MACHINES = frozenset(
    {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CODE_SIGNING,
        ExtendedKeyUsageOID.TIME_STAMPING,
        ExtendedKeyUsageOID.OCSP_SIGNING,
        ExtendedKeyUsageOID.IPSEC_IKE,
    }
)


# RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.12: what the key may be used for.
def _use_refusal(certificate: x509.Certificate, purpose: Purpose) -> Refusal | None:
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        return Refusal.UNSUPPORTED
    usage = _extension(certificate, x509.KeyUsage)
    if purpose is Purpose.SIGNATURE:
        # ETSI EN 319 412-2 section 4.3.2: a signature that commits carries contentCommitment,
        # alone or with digitalSignature; extended purposes say nothing of it.
        commits = usage is None or usage.content_commitment or usage.digital_signature
        return None if commits else Refusal.NOT_FOR_SIGNING
    if usage is not None and not usage.digital_signature:
        return Refusal.SIGNING
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and not _CLIENT.intersection(purposes):
        return Refusal.SIGNING
    return None


_CLIENT = frozenset({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


def _holder(
    certificate: x509.Certificate, marks: Sequence[Mark], stated: Statements, purpose: Purpose
) -> CertificateHolder | Refusal:
    by_kind = {mark.profile.kind: mark for mark in reversed(marks)}
    signs = purpose is Purpose.SIGNATURE
    card = by_kind.get(Kind.CARD_SIGNATURE if signs else Kind.CARD)
    # The card has one certificate to log in and another to sign; neither does the other's work.
    if card is None and any(kind in by_kind for kind in _CARDS):
        return Refusal.NOT_FOR_SIGNING if signs else Refusal.SIGNING
    mark = card or by_kind.get(Kind.PERSON)
    if mark is None or not (card or stated.qualified):
        return Refusal.UNSUPPORTED
    national_id = _national_id(certificate)
    given_name = _single(certificate, NameOID.GIVEN_NAME)
    surnames = _single(certificate, NameOID.SURNAME)
    if national_id is None or given_name is None or surnames is None:
        return Refusal.IDENTITY
    named = {item.oid.dotted_string: str(item.value) for item in _alternative_name(certificate)}
    promised = any(mark.profile.qualified_device for mark in marks)
    return CertificateHolder(
        national_id=national_id,
        given_name=given_name,
        surnames=surnames,
        first_surname=named.get(_FNMT_SURNAME_1, surnames),
        second_surname=named.get(_FNMT_SURNAME_2),
        issuer_name=_issuer_name(certificate),
        serial_number=f"{certificate.serial_number:x}",
        policy=mark.identifier,
        qualified_device=promised or stated.qualified_device,
        not_after=certificate.not_valid_after_utc,
    )


def _single(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str | None:
    """Return an attribute of the subject that must be there exactly once."""
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value).strip() or None if len(found) == 1 else None


def _national_id(certificate: x509.Certificate) -> str | None:
    """Return the subject's number if its letter is right and all that state it agree."""
    stated = _single(certificate, NameOID.SERIAL_NUMBER)
    others = [
        str(attribute.value)
        for attribute in _alternative_name(certificate)
        if attribute.oid.dotted_string == _FNMT_NIF
    ]
    if stated is None or len(others) > 1:
        return None
    for prefix in _NUMBER_PREFIXES:
        stated = stated.removeprefix(prefix)
    try:
        numbers = {normalise(number) for number in (stated, *others)}
    except NationalIdError:
        return None
    return numbers.pop() if len(numbers) == 1 else None


def _issuer_name(certificate: x509.Certificate) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        found = certificate.issuer.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.issuer.rfc4514_string()
