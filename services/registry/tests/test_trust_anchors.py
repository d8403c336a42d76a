"""Issuers of the certificates that enrol people come and go without a restart."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_kit.runtime import background
from clavis_registry.app import jobs_of
from clavis_registry.trust import build_judge, load_anchors
from clavis_registry.ways_in_settings import WaysInSettings
from clavis_testkit.pki import CertificateKind, OcspResponder, create_demo_pki
from clavis_testkit.pki.demo import read_index
from cryptography import x509

from services.registry.tests.world import NOW, World


def show(pki: Path, kind: CertificateKind) -> x509.Certificate:
    entry = next(entry for entry in read_index(pki) if entry.kind == kind)
    return x509.load_pem_x509_certificates((pki / entry.file).read_bytes())[0]


async def seen(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not what():  # noqa: ASYNC110  the anchors tell nobody that they were read
            await asyncio.sleep(0.01)


def test_nobody_is_trusted_without_a_folder_or_with_an_empty_one(tmp_path: Path) -> None:
    assert load_anchors(WaysInSettings()) is None
    assert load_anchors(WaysInSettings(trust_anchors_dir=tmp_path)) is None


async def test_an_issuer_that_is_taken_out_counts_no_longer(world: World, tmp_path: Path) -> None:
    pki, trust = tmp_path / "pki", tmp_path / "trust"
    create_demo_pki(
        pki, now=NOW, crl_base_url="http://pki.test/crl", ocsp_url="http://pki.test/ocsp"
    )
    shutil.copytree(pki / "trust", trust)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/ocsp":
            der = OcspResponder(pki).answer(request.content, now=NOW)
            return httpx.Response(200, content=der)
        return httpx.Response(200, content=(pki / "crl" / Path(request.url.path).name).read_bytes())

    made = world.deps.settings
    settings = made.model_copy(update={"trust_anchors_dir": trust, "trust_reload_seconds": 0.01})
    anchors = load_anchors(settings)
    assert anchors is not None
    certificate = show(pki, CertificateKind.FNMT)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        judge = build_judge(settings, anchors, http, world.clock)
        assert isinstance(await judge.judge(certificate, ()), CertificateHolder)
        before = anchors.current()
        for name in ("ac-raiz", "ac-usuarios"):
            (trust / f"{name}.cer.pem").unlink()
        async with background(*jobs_of(replace(world.deps, settings=settings), anchors)):
            await seen(lambda: anchors.current() is not before)
        assert await judge.judge(certificate, ()) is Refusal.UNKNOWN_ISSUER
