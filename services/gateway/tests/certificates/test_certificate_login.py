"""Out to the TLS host, confirmed there, and back; the TLS host has no cookie of ours."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from clavis_events.registry.v1 import person_pb2
from clavis_gateway.certificates import store
from clavis_kit.ids import new_id
from clavis_testkit.pki import CertificateKind
from cryptography.hazmat.primitives.serialization import Encoding

from services.gateway.tests.certificates.conftest import Pki
from services.gateway.tests.login.conftest import OpenBrowser
from services.gateway.tests.login.login_world import Browser, Siblings
from services.gateway.tests.oidc.test_endings import learn, registered

CERTIFICATE_URL = "https://tls.test"


@pytest_asyncio.fixture
async def browser(open_browser: OpenBrowser, pki: Pki, tmp_path: Path) -> AsyncIterator[Browser]:
    secret = tmp_path / "terminator"
    secret.write_text("s3cret\n")
    settings = {
        "certificate_url": CERTIFICATE_URL,
        "trust_anchors_dir": pki.trust,
        "terminator_networks": ("127.0.0.0/8",),
        "terminator_secret_file": secret,
    }
    async with open_browser(**settings) as opened:
        yield opened


def insert(browser: Browser, pki: Pki, kind: CertificateKind) -> None:
    """From now on the browser shows this certificate wherever it is asked."""
    der = pki.certificate(kind).public_bytes(Encoding.DER)
    browser.http.headers["Client-Cert"] = ":" + base64.b64encode(der).decode() + ":"
    browser.http.headers["Clavis-Terminator-Secret"] = "s3cret"


async def confirm(browser: Browser) -> Browser:
    form = browser.page.form_of["continue"]
    browser.response = await browser.http.post(
        CERTIFICATE_URL + form["action"],
        data=form["fields"],
        headers={"Origin": CERTIFICATE_URL, "Sec-Fetch-Site": "same-origin"},
    )
    return browser


async def to_tls_host(browser: Browser) -> Browser:
    await browser.authorize()
    await browser.press("method-certificate")
    return await browser.press("continue")


@pytest.mark.parametrize(
    ("kind", "loa"), [(CertificateKind.FNMT, "substantial"), (CertificateKind.DNIE, "high")]
)
async def test_a_citizen_gets_in_with_a_certificate(
    browser: Browser, siblings: Siblings, pki: Pki, kind: CertificateKind, loa: str
) -> None:
    await browser.world.register("demo-web", minimum_loa=loa)
    insert(browser, pki, kind)
    await to_tls_host(browser)
    assert browser.response.url.host == "tls.test"
    assert "__Host-" not in browser.response.request.headers.get("cookie", "")
    assert "ANA GARCÍA LÓPEZ" in browser.response.text
    assert "12345678Z" not in browser.response.text
    await confirm(browser)
    assert 'http-equiv="refresh"' in browser.response.text
    await browser.press("continue")
    assert "code" in browser.landing
    asked = siblings.called("subjects")[0]
    assert asked["national_id"] == "12345678Z"
    assert asked["evidence"]["qualified_device"] is (kind is CertificateKind.DNIE)
    assert asked["evidence"]["given_name"] == "ANA"


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        (CertificateKind.REPRESENTATIVE, "certificate-representative", "representante"),
        (CertificateKind.EXPIRED, "certificate-expired", "caducó el 9 de marzo de 2026"),
        (CertificateKind.REVOKED, "certificate-revoked", "revocado"),
        (CertificateKind.UNKNOWN_ISSUER, "certificate-unknown-issuer", "emisor"),
        (CertificateKind.DNIE_SIGNING, "certificate-signing", "autenticación"),
    ],
)
async def test_every_other_certificate_is_refused_with_its_own_words(
    browser: Browser, pki: Pki, kind: CertificateKind, code: str, words: str
) -> None:
    insert(browser, pki, kind)
    await to_tls_host(browser)
    assert browser.response.status_code == 403
    assert browser.code == code
    assert words in browser.response.text
    await browser.press("other-methods")
    assert "method-pin" in browser.page.ids


async def test_no_certificate_is_a_page_not_a_browser_error(browser: Browser) -> None:
    await to_tls_host(browser)
    assert browser.code == "certificate-missing"


async def test_revocation_that_cannot_be_checked_is_no_access(browser: Browser, pki: Pki) -> None:
    pki.ocsp_up = pki.crl_up = False
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    assert browser.response.status_code == 503
    assert browser.code == "certificate-unchecked"


async def test_the_certificate_host_too_says_that_the_service_is_in_test(
    browser: Browser, pki: Pki
) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    assert "service-in-test" not in browser.response.text
    await browser.world.deps.pool.execute("UPDATE relying_party SET status = 'test'")
    await to_tls_host(browser)
    assert browser.response.url.host == "tls.test"
    assert "service-in-test" in browser.response.text


async def test_without_the_secret_of_the_terminator_nothing_was_shown(
    browser: Browser, pki: Pki
) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    del browser.http.headers["Clavis-Terminator-Secret"]
    await to_tls_host(browser)
    assert browser.code == "certificate-missing"


async def test_the_certificate_is_judged_again_when_it_is_confirmed(
    browser: Browser, pki: Pki
) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    insert(browser, pki, CertificateKind.REVOKED)
    await confirm(browser)
    assert browser.code == "certificate-revoked"


async def test_software_at_a_service_that_needs_high_falls_short(
    browser: Browser, pki: Pki
) -> None:
    await browser.world.register("demo-web", minimum_loa="high")
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    await confirm(browser)
    await browser.press("continue")
    assert browser.path.endswith("/short")
    assert 'data-way-up="dnie"' in browser.response.text
    await browser.press("end-short")
    assert browser.landing["error"] == "unmet_authentication_requirements"


async def test_the_dead_do_not_log_in(browser: Browser, siblings: Siblings, pki: Pki) -> None:
    siblings.status = "deceased"
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    await confirm(browser)
    assert browser.response.status_code == 403
    assert browser.code == "identity-ended"


async def test_a_stolen_way_back_is_worth_nothing_in_another_browser(
    browser: Browser, pki: Pki
) -> None:
    # Somebody sends a victim the address of their own login: the victim's certificate must not
    # open the sender's browser, nor the ticket the victim's.
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    await confirm(browser)
    way_back = browser.page.ids["continue"]["href"]
    cookies = dict(browser.http.cookies)
    browser.http.cookies.clear()
    await browser.open(way_back)
    assert browser.code == "interaction-expired"
    for name, value in cookies.items():
        browser.http.cookies.set(name, value, domain="gateway.test", path="/")
    ticket = parse_qs(urlsplit(way_back).query)["ticket"][0]
    await browser.open(way_back.replace(ticket, "guess"))
    assert browser.path.endswith("/certificate")


async def test_a_form_from_another_site_does_not_confirm(browser: Browser, pki: Pki) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    form = browser.page.form_of["continue"]
    response = await browser.http.post(
        CERTIFICATE_URL + form["action"],
        data=form["fields"],
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert 'data-code="form-stale"' in response.text


async def test_the_way_there_serves_once_and_not_for_long(
    browser: Browser, siblings: Siblings, pki: Pki
) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    await to_tls_host(browser)
    siblings.clock.advance(timedelta(minutes=11))
    await confirm(browser)
    assert browser.code == "interaction-expired"


async def test_the_tls_host_can_be_opened_directly_by_the_browser_that_began(
    browser: Browser, pki: Pki
) -> None:
    insert(browser, pki, CertificateKind.FNMT)
    await browser.authorize()
    await browser.open(browser.flow.replace("/login/", "/cert/"))
    assert "ANA GARCÍA LÓPEZ" in browser.response.text


async def test_without_a_tls_host_the_certificate_is_greyed(open_browser: OpenBrowser) -> None:
    async with open_browser() as browser:
        await browser.authorize()
        assert browser.page.ids["method-certificate"]["aria-disabled"] == "true"
        await browser.open(browser.flow + "/certificate")
        assert browser.path.endswith("/methods")


async def test_of_ten_confirmations_one_counts_and_its_ticket_once(browser: Browser) -> None:
    pool, now = browser.world.deps.pool, browser.world.clock.now()
    interaction_id = new_id()
    handoff = store.Handoff(interaction_id, "es", "Servicio", "rp.test")
    expires_at = now + timedelta(minutes=10)
    await store.open_handoff(pool, "there", handoff, now=now, expires_at=expires_at)
    confirmed = await asyncio.gather(
        *(
            store.confirm_handoff(
                pool, "there", interaction_id, ticket_hash=f"back{number}", outcome={"n": number},
                now=now,
            )
            for number in range(10)
        )
    )  # fmt: skip
    assert confirmed.count(True) == 1
    ticket = f"back{confirmed.index(True)}"
    outcomes = await asyncio.gather(
        *(store.consume_ticket(pool, ticket, interaction_id, now) for _ in range(10))
    )
    assert [outcome for outcome in outcomes if outcome] == [{"n": confirmed.index(True)}]


async def come_back(browser: Browser, pki: Pki, client_id: str) -> Browser:
    """Log in with a qualified device, to the page that follows the way back."""
    insert(browser, pki, CertificateKind.DNIE)
    await browser.authorize(client_id=client_id)
    await browser.press("method-certificate")
    await browser.press("continue")
    await confirm(browser)
    return await browser.press("continue")


async def test_a_frozen_person_gets_in_at_the_portal_and_nowhere_else(
    browser: Browser, siblings: Siblings, pki: Pki
) -> None:
    await browser.world.register("portal", first_party=True)
    subject = siblings.subject_id
    await learn(browser.world, registered(subject))
    await learn(browser.world, person_pb2.Frozen(subject_id=subject, version=2))
    await come_back(browser, pki, "demo-web")
    assert browser.response.status_code == 403
    assert browser.code == "identity-frozen"
    await come_back(browser, pki, "portal")
    assert "code" in browser.landing
