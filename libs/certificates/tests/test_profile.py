"""Whose certificate it is follows from policies and attributes, never from the text of a name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from clavis_certificates.profile import CertificateHolder, Purpose, Refusal, read_holder
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.pki.authority import key_usage
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

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
    ({"policies": ("0.4.0.194112.1.4",)}, Refusal.UNSUPPORTED),
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
    agreement = {x509.KeyUsage: key_usage("key_agreement")}
    assert read_holder(make(replace=agreement), Purpose.SIGNATURE) is Refusal.NOT_FOR_SIGNING


@pytest.mark.parametrize(("change", "refusal"), [r for r in REFUSED if r[1] is not Refusal.SIGNING])
def test_nobody_signs_as_a_citizen_who_could_not_log_in_as_one(
    change: dict[str, Any], refusal: Refusal
) -> None:
    assert read_holder(make(**change), Purpose.SIGNATURE) is refusal
