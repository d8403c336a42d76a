"""Whose certificate it is follows from policies and attributes, never from the text of a name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from clavis_certificates.kinds import PROFILES, Kind, recognised
from clavis_certificates.profile import CertificateHolder, Purpose, Refusal, read_holder
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.pki.authority import key_usage
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.ades.qualified_asn1 import QcStatements

ANA = Holder(CertificateKind.FNMT, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
CARD = Holder(CertificateKind.DNIE, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
ISSUER = Authority.root("AC Raíz", now=NOON)
QUALIFIED = "0.4.0.194112.1.0"


def oid(text: str) -> x509.ObjectIdentifier:
    return x509.ObjectIdentifier(text)


def make(
    holder: Holder = ANA,
    *,
    subject: list[tuple[x509.ObjectIdentifier, str]] | None = None,
    more_subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = (),
    policies: tuple[str, ...] | None = None,
    replace: dict[type, Any] | None = None,
    drop: tuple[type, ...] = (),
) -> x509.Certificate:
    name = profiles.subject(holder)
    pairs = [(item.oid, str(item.value)) for item in name] if subject is None else subject
    extensions = []
    changed = dict(replace or {})
    if policies is not None:
        information = [x509.PolicyInformation(oid(policy), None) for policy in policies]
        changed[x509.CertificatePolicies] = x509.CertificatePolicies(information)
    for extension, critical in profiles.extensions(holder):
        if not isinstance(extension, drop):
            extensions.append((changed.get(type(extension), extension), critical))
    return ISSUER.issue(
        x509.Name([x509.NameAttribute(kind, text) for kind, text in [*pairs, *more_subject]]),
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        not_before=NOON,
        not_after=NOON + timedelta(days=10),
        extensions=extensions,
    )


def without(*kinds: x509.ObjectIdentifier) -> list[tuple[x509.ObjectIdentifier, str]]:
    return [(item.oid, str(item.value)) for item in profiles.subject(ANA) if item.oid not in kinds]


def with_number(number: str) -> list[tuple[x509.ObjectIdentifier, str]]:
    return [*without(NameOID.SERIAL_NUMBER), (NameOID.SERIAL_NUMBER, number)]


NO_SAN = (x509.SubjectAlternativeName,)
HOSTS = x509.SubjectAlternativeName([x509.DNSName("api.rp.test")])


def stating(kind: str) -> x509.UnrecognizedExtension:
    """State that a certificate is qualified and what it is for (ETSI EN 319 412-5)."""
    types = {"statement_id": "qc_type", "statement_info": [kind]}
    statements = QcStatements([{"statement_id": "qc_compliance"}, types])
    return x509.UnrecognizedExtension(oid("1.3.6.1.5.5.7.1.3"), statements.dump())


@pytest.mark.parametrize(
    ("policies", "qualified_device"),
    [
        (("1.3.6.1.4.1.5734.3.10.1", QUALIFIED), False),
        (("1.3.6.1.4.1.5734.3.20.1.0",), False),
        ((QUALIFIED,), False),
        (("0.4.0.194112.1.2",), True),
    ],
)
def test_natural_persons_are_recognised_by_policy(
    policies: tuple[str, ...], qualified_device: bool
) -> None:
    holder = read_holder(make(policies=policies))
    assert isinstance(holder, CertificateHolder)
    assert holder.national_id == "12345678Z"
    assert (holder.first_surname, holder.second_surname) == ("GARCÍA", "LÓPEZ")
    assert holder.qualified_device is qualified_device
    assert "12345678Z" not in str(holder.evidence())
    assert "ANA" not in str(holder.evidence())


def test_the_card_holds_the_bare_number_and_is_a_qualified_device() -> None:
    holder = read_holder(make(CARD))
    assert isinstance(holder, CertificateHolder)
    assert holder.qualified_device


@pytest.mark.parametrize("number", ["12345678Z", "IDCES-12345678Z", "PNOES-12345678Z"])
def test_the_number_may_carry_its_kind(number: str) -> None:
    assert isinstance(read_holder(make(subject=with_number(number))), CertificateHolder)


REFUSED = [
    ({"policies": ("1.3.6.1.4.1.5734.3.11.2", QUALIFIED)}, Refusal.REPRESENTATIVE),
    ({"more_subject": ((oid("2.5.4.97"), "VATES-B00000000"),)}, Refusal.REPRESENTATIVE),
    ({"policies": ("0.4.0.194112.1.1",)}, Refusal.SEAL),
    ({"policies": ("0.4.0.194112.1.3",)}, Refusal.SEAL),
    ({"policies": ("2.16.724.1.3.5.6.2", QUALIFIED)}, Refusal.SEAL),
    (
        {
            "subject": without(NameOID.SURNAME),
            "more_subject": ((oid("2.5.4.97"), "VATES-B00000000"),),
        },
        Refusal.SEAL,
    ),
    ({"policies": ("2.16.724.1.3.5.7.2", QUALIFIED)}, Refusal.EMPLOYEE),
    ({"policies": ("2.16.724.1.3.5.4.1", QUALIFIED)}, Refusal.PSEUDONYM),
    ({"more_subject": ((NameOID.PSEUDONYM, "AGENTE 7"),)}, Refusal.PSEUDONYM),
    ({"policies": ("2.16.724.1.3.5.8", QUALIFIED)}, Refusal.REPRESENTATIVE),
    ({"policies": ("0.4.0.194112.1.4",)}, Refusal.WEBSITE),
    ({"policies": ("2.16.724.1.3.5.5.2", QUALIFIED)}, Refusal.WEBSITE),
    ({"policies": ("2.23.140.1.2.2",)}, Refusal.WEBSITE),
    ({"replace": {x509.UnrecognizedExtension: stating("0.4.0.1862.1.6.2")}}, Refusal.SEAL),
    ({"replace": {x509.UnrecognizedExtension: stating("0.4.0.1862.1.6.3")}}, Refusal.WEBSITE),
    (
        {
            "subject": [(NameOID.COMMON_NAME, "api.rp.test")],
            "policies": ("1.2.3.4",),
            "replace": {x509.SubjectAlternativeName: HOSTS},
        },
        Refusal.DEVICE,
    ),
    (
        {
            "subject": [(NameOID.COMMON_NAME, "build agent")],
            "policies": ("1.2.3.4",),
            "drop": NO_SAN,
            "replace": {
                x509.ExtendedKeyUsage: x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
            },
        },
        Refusal.DEVICE,
    ),
    ({"replace": {x509.KeyUsage: key_usage("content_commitment")}}, Refusal.SIGNING),
    ({"policies": ("1.2.3.4",)}, Refusal.UNSUPPORTED),
    ({"policies": ("1.3.6.1.4.1.5734.3.100",)}, Refusal.UNSUPPORTED),
    ({"drop": (x509.CertificatePolicies,)}, Refusal.UNSUPPORTED),
    ({"drop": (x509.UnrecognizedExtension,)}, Refusal.UNSUPPORTED),
    (
        {"replace": {x509.BasicConstraints: x509.BasicConstraints(ca=True, path_length=None)}},
        Refusal.UNSUPPORTED,
    ),
    (
        {
            "replace": {
                x509.ExtendedKeyUsage: x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
            }
        },
        Refusal.SIGNING,
    ),
    ({"subject": with_number("IDCES-12345678A"), "drop": NO_SAN}, Refusal.IDENTITY),
    ({"subject": with_number("IDCES-00000001R")}, Refusal.IDENTITY),
    ({"subject": with_number("IDCPT-12345678Z"), "drop": NO_SAN}, Refusal.IDENTITY),
    ({"subject": without(NameOID.SERIAL_NUMBER)}, Refusal.IDENTITY),
    ({"more_subject": ((NameOID.SERIAL_NUMBER, "12345678Z"),)}, Refusal.IDENTITY),
    ({"subject": without(NameOID.GIVEN_NAME)}, Refusal.IDENTITY),
    ({"subject": without(NameOID.SURNAME)}, Refusal.IDENTITY),
]


@pytest.mark.parametrize(("change", "refusal"), REFUSED)
def test_everything_else_is_refused(change: dict[str, Any], refusal: Refusal) -> None:
    assert read_holder(make(**change)) is refusal


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_the_table_is_decided_before_any_that_is_less_strict(kind: Kind) -> None:
    """A certificate that also claims to be a natural person's is what speaks against it."""
    for profile in PROFILES:
        marks = recognised([QUALIFIED, profile.arc + ".1"])
        assert marks[0].profile.kind is profile.kind or profile.kind is Kind.PERSON
        if profile.kind is kind and kind not in (Kind.PERSON, Kind.CARD):
            refused = read_holder(make(policies=(QUALIFIED, profile.arc)))
            assert isinstance(refused, Refusal)


def test_no_two_rows_of_the_table_say_the_same() -> None:
    arcs = [profile.arc for profile in PROFILES]
    assert len(set(arcs)) == len(arcs)


def test_a_qualified_device_may_be_stated_by_the_issuer() -> None:
    statements = QcStatements([{"statement_id": "qc_compliance"}, {"statement_id": "qc_sscd"}])
    extension = x509.UnrecognizedExtension(oid("1.3.6.1.5.5.7.1.3"), statements.dump())
    holder = read_holder(make(replace={x509.UnrecognizedExtension: extension}))
    assert isinstance(holder, CertificateHolder)
    assert holder.qualified_device


@pytest.mark.parametrize("junk", [b"", b"\x30\x80", b"\x04\x01\x00", b"\x30\x03\x02\x01"])
def test_statements_that_cannot_be_read_are_unreadable(junk: bytes) -> None:
    extension = x509.UnrecognizedExtension(oid("1.3.6.1.5.5.7.1.3"), junk)
    assert read_holder(make(replace={x509.UnrecognizedExtension: extension})) in (
        Refusal.UNREADABLE,
        Refusal.UNSUPPORTED,
    )


def test_two_numbers_in_the_alternative_name_are_one_too_many() -> None:
    nif = x509.NameAttribute(oid("1.3.6.1.4.1.5734.1.4"), "12345678Z")
    names = x509.SubjectAlternativeName([x509.DirectoryName(x509.Name([nif, nif]))])
    assert read_holder(make(replace={x509.SubjectAlternativeName: names})) is Refusal.IDENTITY


def test_the_signing_certificate_of_the_card_does_not_log_in() -> None:
    signing = Holder(CertificateKind.DNIE_SIGNING, "12345678Z", "ANA", "GARCÍA")
    assert read_holder(make(signing)) is Refusal.SIGNING


SIGNING_CARD = Holder(CertificateKind.DNIE_SIGNING, "12345678Z", "ANA", "GARCÍA")


def test_the_card_signs_with_its_signing_certificate_only() -> None:
    holder = read_holder(make(SIGNING_CARD), Purpose.SIGNATURE)
    assert isinstance(holder, CertificateHolder)
    assert holder.on_identity_card
    assert read_holder(make(CARD), Purpose.SIGNATURE) is Refusal.NOT_FOR_SIGNING


def test_a_software_certificate_logs_in_and_signs() -> None:
    for purpose in Purpose:
        holder = read_holder(make(), purpose)
        assert isinstance(holder, CertificateHolder)
        assert not holder.on_identity_card


def test_a_key_for_agreement_alone_signs_nothing() -> None:
    agreement: dict[type, Any] = {x509.KeyUsage: key_usage("key_agreement")}
    assert read_holder(make(replace=agreement), Purpose.SIGNATURE) is Refusal.NOT_FOR_SIGNING


@pytest.mark.parametrize(("change", "refusal"), [r for r in REFUSED if r[1] is not Refusal.SIGNING])
def test_nobody_signs_as_a_citizen_who_could_not_log_in_as_one(
    change: dict[str, Any], refusal: Refusal
) -> None:
    assert read_holder(make(**change), Purpose.SIGNATURE) is refusal
