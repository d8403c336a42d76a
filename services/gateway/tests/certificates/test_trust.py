"""Issuers from a trusted list or a folder: shown to the operator, followed without a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from clavis_certificates.anchors import Anchors
from clavis_certificates.path import NoAnchorsError
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_gateway.certificates.checker import build_checker, trust_reader
from clavis_gateway.certificates.commands import show_trust
from clavis_gateway.certificates.header import Shown
from clavis_gateway.login.settings import LoginSettings
from clavis_kit.clock import FrozenClock
from clavis_testkit.pki import Authority, CertificateKind
from clavis_testkit.pki.authority import certificate_pem
from clavis_testkit.pki.demo import load_authorities
from clavis_testkit.pki.trusted_list import (
    GRANTED,
    WITHDRAWN,
    Period,
    Service,
    build_trusted_list,
    sign_trusted_list,
)
from clavis_testkit.plugin import NOON

from services.gateway.tests.certificates.conftest import Pki

YEAR = timedelta(days=365)
OPERATOR = Authority.root("Scheme operator", now=NOON - YEAR)


def write_list(folder: Path, pki: Pki, *periods: Period) -> LoginSettings:
    """Sign a list with the issuer of citizens' certificates and that of the card."""
    authorities = load_authorities(pki.folder)
    granted = (Period(GRANTED, NOON - 4 * YEAR),)
    services = [
        Service("AC Usuarios", authorities["ac-usuarios"].certificate, periods or granted),
        Service("AC DNIE", authorities["ac-dnie"].certificate, granted),
    ]
    operators = folder / "operators"
    operators.mkdir(exist_ok=True)
    (operators / "es.pem").write_bytes(certificate_pem(OPERATOR.certificate))
    root = build_trusted_list(services, now=NOON)
    (folder / "list.xml").write_bytes(sign_trusted_list(root, OPERATOR.certificate, OPERATOR.key))
    return LoginSettings(
        certificate_url="https://tls.test",
        trusted_list_file=folder / "list.xml",
        trusted_list_operators_dir=operators,
    )


async def judged(
    settings: LoginSettings, pki: Pki, kind: CertificateKind = CertificateKind.FNMT
) -> CertificateHolder | Refusal:
    async with httpx.AsyncClient(trust_env=False) as http:
        checker = build_checker(settings, http, pki.clock)
        assert checker is not None
        return await checker.judge(Shown(pki.certificate(kind), ()))


@pytest.mark.parametrize("kind", [CertificateKind.FNMT, CertificateKind.DNIE])
async def test_who_is_granted_on_the_list_issues_for_citizens(
    pki: Pki, tmp_path: Path, kind: CertificateKind
) -> None:
    assert isinstance(await judged(write_list(tmp_path, pki), pki, kind), CertificateHolder)


async def test_who_is_not_on_the_list_does_not(pki: Pki, tmp_path: Path) -> None:
    outcome = await judged(write_list(tmp_path, pki), pki, CertificateKind.REPRESENTATIVE)
    assert outcome is Refusal.UNKNOWN_ISSUER


async def test_who_was_granted_later_did_not_issue_it_qualified(pki: Pki, tmp_path: Path) -> None:
    later = Period(GRANTED, NOON + timedelta(hours=-0.5))
    assert await judged(write_list(tmp_path, pki, later), pki) is Refusal.UNQUALIFIED


async def test_an_overdue_list_refuses_where_the_operator_wants_it(
    pki: Pki, tmp_path: Path
) -> None:
    settings = write_list(tmp_path, pki)
    strict = settings.model_copy(update={"trusted_list_overdue": "refuse"})
    pki.clock.advance(timedelta(days=181))
    assert await judged(strict, pki) is Refusal.UNCHECKED


async def test_a_new_list_counts_without_a_restart(pki: Pki, tmp_path: Path) -> None:
    settings = write_list(tmp_path, pki)
    async with httpx.AsyncClient(trust_env=False) as http:
        read = trust_reader(settings, pki.clock)
        assert read is not None
        anchors = Anchors("test", read)
        anchors.load()
        count = len(anchors.current().anchors)
        withdrawn = Period(WITHDRAWN, NOON - timedelta(days=1))
        write_list(tmp_path, pki, withdrawn)
        assert await anchors.reload()
        assert len(anchors.current().anchors) == count - 1
        (tmp_path / "list.xml").write_bytes(b"<broken/>")
        assert not await anchors.reload()
        assert len(anchors.current().anchors) == count - 1
        assert http is not None


async def test_a_list_nobody_signed_stops_the_start(
    pki: Pki, tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    settings = write_list(tmp_path, pki)
    (tmp_path / "list.xml").write_bytes(b"<TrustServiceStatusList/>")
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(NoAnchorsError):
            build_checker(settings, http, frozen_clock)


def test_a_list_needs_its_operators(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        LoginSettings(trusted_list_file=tmp_path / "list.xml")


def test_trust_show_tells_what_counts_and_why(
    pki_folder: Path,
    frozen_clock: FrozenClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from argparse import Namespace

    settings = write_list(tmp_path, Pki(pki_folder, frozen_clock))
    monkeypatch.setenv("CLAVIS_GATEWAY_TRUST_ANCHORS_DIR", str(pki_folder / "trust"))
    assert show_trust(Namespace()) == 0
    assert "anchor        Common Name: AC RAIZ" in capsys.readouterr().out
    for name in ("trusted_list_file", "trusted_list_operators_dir"):
        monkeypatch.setenv(f"CLAVIS_GATEWAY_{name.upper()}", str(getattr(settings, name)))
    assert show_trust(Namespace()) == 0
    shown = capsys.readouterr().out
    assert "trusted list  ES no. 7" in shown
    assert "QC_ESIGN" in shown
    assert "AC DNIE" in shown
    (tmp_path / "list.xml").write_bytes(b"")
    assert show_trust(Namespace()) == 1
    assert "scheme operators" in capsys.readouterr().err
