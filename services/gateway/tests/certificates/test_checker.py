"""A certificate is judged by its issuer, its dates, its holder and revocation; it fails closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.path import NoAnchorsError, TrustStore
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_certificates.revocation import RevocationSource
from clavis_gateway.certificates.checker import CertificateChecker, method_of
from clavis_gateway.certificates.header import Shown, Terminator
from clavis_gateway.rules.levels import Method
from clavis_kit.pools import BoundedPool
from clavis_testkit.pki import CertificateKind, create_demo_pki
from clavis_testkit.plugin import NOON

from services.gateway.tests.certificates.conftest import Pki


def make_checker(
    pki: Pki, http: httpx.AsyncClient, pool: BoundedPool, **source: object
) -> CertificateChecker:
    settings = {"timeout_seconds": 2.0, "cache_seconds": 300} | source
    judge = CertificateJudge(
        TrustStore.read(pki.trust),
        RevocationSource(http, pki.clock, **settings),
        pool,
        pki.clock,
    )
    return CertificateChecker(Terminator((), None), judge)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[BoundedPool]:
    made = BoundedPool("test-certificates", workers=1, queue=10)
    yield made
    made.close()


@pytest_asyncio.fixture
async def checker(pki: Pki, http: httpx.AsyncClient, pool: BoundedPool) -> CertificateChecker:
    return make_checker(pki, http, pool)


async def judge(
    checker: CertificateChecker, pki: Pki, kind: CertificateKind = CertificateKind.FNMT
) -> CertificateHolder | Refusal:
    return await checker.judge(Shown(pki.certificate(kind), ()))


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (CertificateKind.FNMT, Method.CERTIFICATE_SOFTWARE),
        (CertificateKind.DNIE, Method.CERTIFICATE_QSCD),
    ],
)
async def test_a_citizen_is_recognised(
    checker: CertificateChecker, pki: Pki, kind: CertificateKind, method: Method
) -> None:
    holder = await judge(checker, pki, kind)
    assert isinstance(holder, CertificateHolder)
    assert holder.national_id == "12345678Z"
    assert holder.full_name == "ANA GARCÍA LÓPEZ"
    assert method_of(holder) is method
    assert holder.masked_national_id == "***4567**"


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (CertificateKind.REPRESENTATIVE, Refusal.REPRESENTATIVE),
        (CertificateKind.EXPIRED, Refusal.EXPIRED),
        (CertificateKind.REVOKED, Refusal.REVOKED),
        (CertificateKind.UNKNOWN_ISSUER, Refusal.UNKNOWN_ISSUER),
        (CertificateKind.DNIE_SIGNING, Refusal.SIGNING),
    ],
)
async def test_each_other_kind_is_refused_for_its_own_reason(
    checker: CertificateChecker, pki: Pki, kind: CertificateKind, refusal: Refusal
) -> None:
    assert await judge(checker, pki, kind) is refusal


async def test_a_certificate_of_tomorrow_does_not_count_today(
    checker: CertificateChecker, pki: Pki
) -> None:
    pki.clock.advance(timedelta(days=-2))
    assert await judge(checker, pki) is Refusal.NOT_YET_VALID


async def test_without_ocsp_the_revocation_list_decides(
    checker: CertificateChecker, pki: Pki
) -> None:
    pki.ocsp_up = False
    assert isinstance(await judge(checker, pki), CertificateHolder)
    assert await judge(checker, pki, CertificateKind.REVOKED) is Refusal.REVOKED
    assert {"ocsp", "crl"} <= set(pki.asked)


async def test_without_any_answer_nobody_gets_in(checker: CertificateChecker, pki: Pki) -> None:
    pki.ocsp_up = pki.crl_up = False
    assert await judge(checker, pki) is Refusal.UNCHECKED


async def test_a_stale_revocation_list_proves_nothing(
    checker: CertificateChecker, pki: Pki
) -> None:
    pki.ocsp_up = False
    pki.clock.advance(timedelta(days=60))
    assert await judge(checker, pki) is Refusal.UNCHECKED


async def test_answers_are_kept_for_a_while(checker: CertificateChecker, pki: Pki) -> None:
    await judge(checker, pki)
    before = len(pki.asked)
    await judge(checker, pki)
    assert len(pki.asked) == before
    pki.clock.advance(timedelta(seconds=301))
    await judge(checker, pki)
    assert len(pki.asked) > before


async def test_only_known_hosts_are_asked(
    pki: Pki, http: httpx.AsyncClient, pool: BoundedPool
) -> None:
    checker = make_checker(pki, http, pool, hosts=("ocsp.example",))
    assert await judge(checker, pki) is Refusal.UNCHECKED
    assert not pki.asked


async def test_an_issuer_that_hangs_does_not_hang_the_login(pki: Pki, pool: BoundedPool) -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout("too slow", request=request)

    async with httpx.AsyncClient(transport=Slow()) as slow:
        assert await judge(make_checker(pki, slow, pool), pki) is Refusal.UNCHECKED


async def test_a_certificate_that_names_no_source_is_not_believed(
    pki: Pki, http: httpx.AsyncClient, pool: BoundedPool, tmp_path: Path
) -> None:
    create_demo_pki(tmp_path, now=NOON)
    silent = Pki(tmp_path, pki.clock)
    assert await judge(make_checker(silent, http, pool), silent) is Refusal.UNCHECKED


async def test_an_issuer_of_the_same_name_is_not_the_issuer(
    pki: Pki, http: httpx.AsyncClient, pool: BoundedPool, tmp_path: Path
) -> None:
    create_demo_pki(tmp_path, now=NOON)
    forged = Pki(tmp_path, pki.clock)
    assert await judge(make_checker(pki, http, pool), forged) is Refusal.UNKNOWN_ISSUER


def test_a_folder_without_anchors_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(NoAnchorsError):
        TrustStore.read(tmp_path)
    with pytest.raises(NoAnchorsError):
        TrustStore.read(tmp_path / "missing")
    (tmp_path / "broken.pem").write_text("no certificate")
    with pytest.raises(NoAnchorsError):
        TrustStore.read(tmp_path)
