"""RFC 8705 section 2: whose certificate it is, by the one name that was registered."""

from __future__ import annotations

from typing import Any

import pytest
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration.certificates import check_certificates
from clavis_gateway.rules.client_certificates import expected_subject, names_client, read_name
from clavis_testkit.pki import Authority, issue_client_certificate
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

AUTHORITY = Authority.root("AC", now=NOON)
BOUND = "tls_client_certificate_bound_access_tokens"


# RFC 4514 for the form, RFC 4517 section 4.2.15 for the comparison.
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=demo,O=Ayuntamiento,C=ES", "cn=demo,o=Ayuntamiento,c=es"),
        ("CN=demo,O=Ayuntamiento,C=ES", "CN=Demo, O=AYUNTAMIENTO, C=ES"),
        ("CN=demo,O=Ayto. de  Villaclara,C=ES", "CN=demo,O=Ayto. de Villaclara,C=ES"),
        ("CN=a\\, b,C=ES", "CN=a\\2C b,C=ES"),
        ("CN=Peña,C=ES", "CN=Pe\\C3\\B1a,C=ES"),
        ("CN=demo+UID=7,C=ES", "UID=7+CN=demo,C=ES"),
        ("serialNumber=IDCES-1,C=ES", "2.5.4.5=IDCES-1,2.5.4.6=ES"),
        ("organizationIdentifier=VATES-Q0000000J,C=ES", "2.5.4.97=VATES-Q0000000J,C=ES"),
    ],
)
def test_rfc4514_the_same_name_written_otherwise(one: str, other: str) -> None:
    assert read_name(one) == read_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=demo,O=A,C=ES", "O=A,CN=demo,C=ES"),
        ("CN=demo,O=A,C=ES", "CN=demo,C=ES"),
        ("CN=demo,C=ES", "CN=demo2,C=ES"),
        ("CN=demo,OU=x,C=ES", "CN=demo+OU=x,C=ES"),
        ("CN=demo,O=A", "CN=demo\\,O=A"),
    ],
)
def test_rfc4514_another_name(one: str, other: str) -> None:
    assert read_name(one) != read_name(other)


_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["Cc"]),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() == text)


@given(st.lists(_TEXT, min_size=1, max_size=4))
def test_rfc4514_what_is_written_is_read_back(values: list[str]) -> None:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, value) for value in values]
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"), *attributes])
    again = read_name(name.rfc4514_string())
    assert len(again) == len(values) + 1
    assert again == read_name(name.rfc4514_string({NameOID.ORGANIZATION_NAME: "2.5.4.10"}))


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({}, "exactly one of"),
        ({"tls_client_auth_san_dns": "a.test", "tls_client_auth_san_ip": "::1"}, "exactly one of"),
        ({"tls_client_auth_subject_dn": ""}, "1 to 1024 characters"),
        ({"tls_client_auth_subject_dn": ["CN=x"]}, "must be a string"),
        ({"tls_client_auth_subject_dn": "demo"}, "distinguished name"),
        ({"tls_client_auth_subject_dn": "CN=#0c0341"}, "distinguished name"),
        ({"tls_client_auth_san_ip": "300.1.1.1"}, "an IP address"),
        ({"tls_client_auth_san_dns": "*.rp.test"}, "without a wildcard"),
    ],
)
def test_rfc8705_2_1_2_exactly_one_readable_name(metadata: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        expected_subject(metadata)
    with pytest.raises(MetadataError):
        check_certificates("fapi2", {"token_endpoint_auth_method": "tls_client_auth"} | metadata)


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_method": "private_key_jwt", "tls_client_auth_san_dns": "a.test"},
        {"token_endpoint_auth_method": "self_signed_tls_client_auth"},
        {"token_endpoint_auth_method": "none", BOUND: "yes"},
    ],
)
def test_a_registration_that_means_nothing_is_refused(metadata: dict[str, Any]) -> None:
    with pytest.raises(MetadataError):
        check_certificates("fapi2", metadata)


def test_a_name_in_the_alternatives_is_not_the_subject() -> None:
    certificate, _ = issue_client_certificate(
        AUTHORITY, "demo", now=NOON, alternatives=[x509.DNSName("rp.test")]
    )
    assert names_client(certificate, {"tls_client_auth_san_dns": "rp.test"})
    assert not names_client(certificate, {"tls_client_auth_san_dns": "demo"})
    assert not names_client(certificate, {"tls_client_auth_subject_dn": "CN=rp.test"})
    assert not names_client(certificate, {"tls_client_auth_san_uri": "rp.test"})
    assert not names_client(certificate, {})
