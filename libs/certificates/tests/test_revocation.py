"""Whether a certificate still holds: OCSP (RFC 6960), then lists (RFC 5280), and closed without."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.path import TrustStore
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_certificates.revocation import RevocationSource
from clavis_kit.clock import FrozenClock, SystemClock
from clavis_kit.pools import BoundedPool
from clavis_testkit.launchers.process import free_port
from clavis_testkit.pki import Authority
from clavis_testkit.pki.authority import Urls, certificate_pem, write_key
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.x509 import ocsp

from libs.certificates.tests.issuer import DAY, Issuer, issue, responder


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[BoundedPool]:
    made = BoundedPool("test-revocation", workers=1, queue=100)
    yield made
    made.close()


Judge = Callable[..., Any]


@pytest_asyncio.fixture
async def judge(clock: FrozenClock, pool: BoundedPool) -> Judge:
    judges: dict[int, CertificateJudge] = {}

    async def judged(issuer: Issuer, **options: bool) -> CertificateHolder | Refusal:
        if id(issuer) not in judges:
            http = httpx.AsyncClient(transport=httpx.MockTransport(issuer))
            source = RevocationSource(http, clock, timeout_seconds=2, cache_seconds=300)
            trust = TrustStore.of([issuer.authority.certificate])
            judges[id(issuer)] = CertificateJudge(trust, source, pool, clock, **options)
        return await judges[id(issuer)].judge(issuer.certificate, ())

    return judged


async def test_rfc6960_the_issuer_itself_answers(judge: Judge) -> None:
    issuer = Issuer()
    assert isinstance(await judge(issuer), CertificateHolder)
    assert issuer.asked == ["ocsp"]
    assert await judge(Issuer(status=ocsp.OCSPCertStatus.REVOKED)) is Refusal.REVOKED


async def test_rfc6960_4_2_2_2_a_delegated_responder_answers_for_its_issuer(judge: Judge) -> None:
    issuer = Issuer(crl_status=503)
    issuer.signer = responder(issuer.authority)
    assert isinstance(await judge(issuer), CertificateHolder)


@pytest.mark.parametrize("case", ["not named for it", "of another issuer", "self-appointed"])
async def test_rfc6960_4_2_2_2_nobody_else_answers(judge: Judge, case: str) -> None:
    issuer = Issuer(crl_status=503)
    elsewhere = Authority.root("AC", now=NOON)
    issuer.signer = {
        "not named for it": responder(issuer.authority, may_answer=False),
        "of another issuer": responder(elsewhere),
        "self-appointed": (elsewhere.certificate, elsewhere.key),
    }[case]
    assert await judge(issuer) is Refusal.UNCHECKED


async def test_where_the_responder_has_no_authority_the_list_tells(judge: Judge) -> None:
    issuer = Issuer(listed=True)
    issuer.signer = responder(issuer.authority, may_answer=False)
    assert await judge(issuer) is Refusal.REVOKED
    assert issuer.asked == ["ocsp", "crl"]


@pytest.mark.parametrize("listed", [False, True])
async def test_who_is_unknown_to_the_responder_is_looked_up_in_the_list(
    judge: Judge, listed: bool
) -> None:
    issuer = Issuer(status=ocsp.OCSPCertStatus.UNKNOWN, listed=listed)
    outcome = await judge(issuer)
    assert (outcome is Refusal.REVOKED) is listed
    assert issuer.asked == ["ocsp", "crl"]


async def test_rfc9654_an_answer_to_another_question_is_none(judge: Judge) -> None:
    replayed = Issuer(nonce=lambda _: x509.OCSPNonce(b"another question"), crl_status=503)
    assert await judge(replayed) is Refusal.UNCHECKED
    signed_before = Issuer(nonce=lambda _: None, crl_status=503)
    assert isinstance(await judge(signed_before), CertificateHolder)


async def test_rfc6960_3_2_a_stale_answer_is_none(judge: Judge) -> None:
    stale = Issuer(this_update=NOON - 3 * DAY, next_update=NOON - DAY, crl_status=503)
    assert await judge(stale) is Refusal.UNCHECKED
    future = Issuer(this_update=NOON + DAY, next_update=NOON + 2 * DAY, crl_status=503)
    assert await judge(future) is Refusal.UNCHECKED


async def test_an_answer_is_kept_no_longer_than_it_holds(judge: Judge, clock: FrozenClock) -> None:
    issuer = Issuer(next_update=NOON + timedelta(seconds=60))
    for seconds, asked in ((0, 1), (50, 1), (11, 2)):
        clock.advance(timedelta(seconds=seconds))
        await judge(issuer)
        assert issuer.asked.count("ocsp") == asked
        issuer.this_update, issuer.next_update = clock.now(), clock.now() + DAY
    clock.advance(timedelta(seconds=299))
    await judge(issuer)
    assert issuer.asked.count("ocsp") == 2
    clock.advance(timedelta(seconds=2))
    await judge(issuer)
    assert issuer.asked.count("ocsp") == 3


async def test_an_undated_answer_is_kept_for_a_moment(judge: Judge, clock: FrozenClock) -> None:
    issuer = Issuer(next_update=None)
    await judge(issuer)
    clock.advance(timedelta(seconds=31))
    issuer.this_update = clock.now()
    await judge(issuer)
    assert issuer.asked.count("ocsp") == 2


async def test_many_who_ask_at_once_are_one_question(judge: Judge) -> None:
    issuer = Issuer()
    outcomes = await asyncio.gather(*(judge(issuer) for _ in range(20)))
    assert all(isinstance(outcome, CertificateHolder) for outcome in outcomes)
    assert issuer.asked == ["ocsp"]


async def test_an_issuer_in_trouble_is_left_alone_for_growing_pauses(
    judge: Judge, clock: FrozenClock
) -> None:
    issuer = Issuer(ocsp_status=503, crl_status=503)
    for _ in range(5):
        assert await judge(issuer) is Refusal.UNCHECKED
    assert len(issuer.asked) == 3
    clock.advance(timedelta(seconds=11))
    await judge(issuer)
    assert len(issuer.asked) == 4
    clock.advance(timedelta(seconds=11))
    await judge(issuer)
    assert len(issuer.asked) == 4
    issuer.ocsp_status = 200
    clock.advance(timedelta(seconds=11))
    assert isinstance(await judge(issuer), CertificateHolder)


async def test_a_flood_of_bytes_is_no_answer(judge: Judge) -> None:
    assert await judge(Issuer(oversized=True, crl_status=503)) is Refusal.UNCHECKED


async def test_without_an_answer_the_operator_may_let_pass(judge: Judge) -> None:
    silent = Issuer(ocsp_status=503, crl_status=503)
    assert isinstance(await judge(silent, accept_unchecked=True), CertificateHolder)
    revoked = Issuer(status=ocsp.OCSPCertStatus.REVOKED)
    assert await judge(revoked, accept_unchecked=True) is Refusal.REVOKED


# The judge of OCSP that is not ours: OpenSSL's responder reads our questions, we read its answers.
@contextmanager
def openssl_responder(
    folder: Path, issuer: Authority, certificate: x509.Certificate, port: int, *, revoked: bool
) -> Iterator[None]:
    now = SystemClock().now()
    signer, key = responder(issuer, now=now)
    (folder / "ca.pem").write_bytes(certificate_pem(issuer.certificate))
    (folder / "signer.pem").write_bytes(certificate_pem(signer))
    write_key(folder / "signer.key", key)
    end = certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
    ended = now.strftime("%y%m%d%H%M%SZ") if revoked else ""
    serial = f"{certificate.serial_number:X}"
    serial = serial if len(serial) % 2 == 0 else f"0{serial}"
    line = f"{'R' if revoked else 'V'}\t{end}\t{ended}\t{serial}\tunknown\t/CN=x\n"
    (folder / "index.txt").write_text(line)
    command = [
        "openssl", "ocsp", "-port", str(port), "-index", "index.txt", "-CA", "ca.pem",
        "-rsigner", "signer.pem", "-rkey", "signer.key", "-nmin", "5",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"ACCEPT"), "OpenSSL does not listen"
        try:
            yield
        finally:
            process.terminate()


@pytest.mark.parametrize("revoked", [False, True])
async def test_openssl_answers_what_we_ask(
    tmp_path: Path, pool: BoundedPool, revoked: bool
) -> None:
    port, clock = free_port(), SystemClock()
    authority = Authority.root("AC", now=clock.now())
    urls = Urls(ocsp=f"http://127.0.0.1:{port}/")
    certificate = issue(authority, urls, clock.now())
    with openssl_responder(tmp_path, authority, certificate, port, revoked=revoked):
        async with httpx.AsyncClient(trust_env=False) as http:
            source = RevocationSource(http, clock, timeout_seconds=10, cache_seconds=300)
            trust = TrustStore.of([authority.certificate])
            outcome = await CertificateJudge(trust, source, pool, clock).judge(certificate, ())
    assert outcome is Refusal.REVOKED if revoked else isinstance(outcome, CertificateHolder)
