"""ETSI TS 119 612: who signs a list is believed. ETSI TS 119 615: what it says of an issuer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clavis_certificates.path import TrustStore, UntrustedError, find_path, is_qualified
from clavis_certificates.trusted_list import TrustedListError, read_trust, read_trusted_list
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.pki.authority import certificate_pem
from clavis_testkit.pki.trusted_list import (
    FOR_SEALS,
    GRANTED,
    WITHDRAWN,
    Period,
    Service,
    build_trusted_list,
    sign_trusted_list,
)
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

YEAR = timedelta(days=365)
OPERATOR = Authority.root("Scheme operator", now=NOON)
ISSUER = Authority.root("AC Usuarios", now=NOON - 5 * YEAR)
ANA = Holder(CertificateKind.FNMT, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
CARD = Holder(CertificateKind.DNIE, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")


def service(*periods: Period, **changes: Any) -> Service:
    granted = periods or (Period(GRANTED, NOON - 4 * YEAR),)
    return Service("AC Usuarios", ISSUER.certificate, granted, **changes)


def signed(*services: Service, by: Authority = OPERATOR, **changes: datetime) -> bytes:
    root = build_trusted_list(services or (service(),), now=NOON, **changes)
    return sign_trusted_list(root, by.certificate, by.key)


def certificate(holder: Holder = ANA, *, since: datetime = NOON - YEAR) -> x509.Certificate:
    return ISSUER.issue(
        profiles.subject(holder),
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        not_before=since,
        not_after=NOON + YEAR,
        extensions=profiles.extensions(holder),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "operators").mkdir()
    (tmp_path / "operators" / "es.pem").write_bytes(certificate_pem(OPERATOR.certificate))
    return tmp_path


def trust(folder: Path, content: bytes, *, fail: bool = False) -> TrustStore:
    (folder / "list.xml").write_bytes(content)
    return read_trust(folder / "list.xml", folder / "operators", None, NOON, fail=fail)


def qualifies(store: TrustStore, shown: x509.Certificate, *, card: bool = False) -> bool:
    find_path(shown, (), store, NOON)
    return is_qualified(shown, (), store, NOON, card=card)


def test_ts119612_5_3_the_scheme_is_read() -> None:
    read = read_trusted_list(signed(), [OPERATOR.certificate], NOON)
    assert (read.territory, read.sequence) == ("ES", 7)
    assert not read.overdue(NOON)
    assert read.overdue(NOON + YEAR)


def test_ts119612_5_7_nobody_else_signs_the_list() -> None:
    stranger = Authority.root("Scheme operator", now=NOON)
    with pytest.raises(TrustedListError, match="none of the scheme operators"):
        read_trusted_list(signed(by=stranger), [OPERATOR.certificate], NOON)


def test_ts119612_5_7_one_of_several_operators_may_sign() -> None:
    other = Authority.root("Former operator", now=NOON)
    read_trusted_list(signed(), [other.certificate, OPERATOR.certificate], NOON)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"Svcstatus/granted", b"Svcstatus/grantee"),
        lambda xml: xml.replace(b"<TSLSequenceNumber>7<", b"<TSLSequenceNumber>8<"),
        lambda xml: xml[: len(xml) // 2],
        lambda _: b"",
        lambda _: b"<TrustServiceStatusList/>",
        lambda _: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]><x>&e;</x>',
    ],
)
def test_a_list_that_was_touched_is_no_list(change: Callable[[bytes], bytes]) -> None:
    content = change(signed())
    with pytest.raises(TrustedListError):
        read_trusted_list(content, [OPERATOR.certificate], NOON)


def test_an_unsigned_list_is_no_list() -> None:
    content = etree.tostring(build_trusted_list((service(),), now=NOON))
    with pytest.raises(TrustedListError):
        read_trusted_list(content, [OPERATOR.certificate], NOON)


# What the signature covers is read, not what stands around it.
def test_a_signed_list_inside_another_says_nothing_for_the_other(folder: Path) -> None:
    evil = build_trusted_list((service(Period(WITHDRAWN, NOON - YEAR)),), now=NOON)
    wrapped = signed().replace(b"<?xml version", b"<?x ")
    evil.append(etree.fromstring(wrapped))
    with pytest.raises(TrustedListError):
        trust(folder, etree.tostring(evil))


def test_an_operator_signs_only_while_its_certificate_lasts() -> None:
    future = Authority.root("Scheme operator", now=NOON + YEAR)
    with pytest.raises(TrustedListError):
        read_trusted_list(signed(by=future), [future.certificate], NOON)


def test_a_granted_service_makes_a_citizens_certificate_qualified(folder: Path) -> None:
    store = trust(folder, signed())
    assert qualifies(store, certificate())


def test_the_card_says_nothing_of_itself_and_its_issuer_everything(folder: Path) -> None:
    store = trust(folder, signed())
    assert qualifies(store, certificate(CARD), card=True)


def test_a_withdrawn_service_makes_none(folder: Path) -> None:
    periods = (Period(WITHDRAWN, NOON - timedelta(days=1)), Period(GRANTED, NOON - 4 * YEAR))
    # Another service is granted, so that the list holds an anchor at all.
    other = Service(
        "AC Otra", Authority.root("AC Otra", now=NOON).certificate, (Period(GRANTED, NOON),)
    )
    store = trust(folder, signed(other, service(*periods)))
    with pytest.raises(UntrustedError):
        find_path(certificate(), (), store, NOON)


def test_only_while_it_is_granted_a_service_issues(folder: Path) -> None:
    store = trust(folder, signed(service(Period(GRANTED, NOON - YEAR))))
    assert qualifies(store, certificate(since=NOON - YEAR / 2))
    assert not qualifies(store, certificate(since=NOON - 2 * YEAR))


def test_a_past_period_counts_for_what_was_issued_in_it(folder: Path) -> None:
    periods = (
        Period(GRANTED, NOON - YEAR),
        Period(WITHDRAWN, NOON - 2 * YEAR),
        Period(GRANTED, NOON - 4 * YEAR),
    )
    store = trust(folder, signed(service(*periods)))
    assert qualifies(store, certificate(since=NOON - 3 * YEAR))
    assert not qualifies(store, certificate(since=NOON - 1.5 * YEAR))


def test_a_service_for_seals_makes_no_citizen(folder: Path) -> None:
    store = trust(folder, signed(service(purposes=(FOR_SEALS,))))
    assert not qualifies(store, certificate())
    assert not qualifies(store, certificate(CARD), card=True)


# Two entries for one key: the libraries warn, and would name the holder.
def test_nobody_is_named_in_a_log(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = trust(folder, signed(service(), service(Period(GRANTED, NOON - 3 * YEAR))))
    assert qualifies(store, certificate())
    assert "GARC" not in caplog.text


def test_another_kind_of_service_is_no_anchor(folder: Path) -> None:
    pki = service(kind="http://uri.etsi.org/TrstSvc/Svctype/CA/PKC")
    with pytest.raises(TrustedListError, match="no granted service"):
        trust(folder, signed(pki))


def test_a_list_without_known_operators_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "operators").mkdir()
    with pytest.raises(TrustedListError, match="no certificate of a scheme operator"):
        trust(tmp_path, signed())


def test_an_overdue_list_may_end_all_trust(folder: Path) -> None:
    content = signed(next_update=NOON + timedelta(days=3))
    assert trust(folder, content).not_after is None
    assert trust(folder, content, fail=True).not_after == NOON + timedelta(days=3)
