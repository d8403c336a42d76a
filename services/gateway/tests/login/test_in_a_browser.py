"""What only a real browser can tell: cookies, the policy on forms, reflow, focus."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from clavis_testkit.browsing import FLAGS
from clavis_testkit.require import find_chromium, need
from clavis_testkit.served import served
from fastapi import FastAPI, Request
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright, expect
from starlette.responses import HTMLResponse, Response

from services.gateway.tests.login.conftest import OpenBrowser
from services.gateway.tests.login.gallery import all_pages, make_renderer, standing_alone
from services.gateway.tests.login.login_world import ANA, PIN, Siblings

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 640}


def listen() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://localhost:{listener.getsockname()[1]}"


@dataclass
class RelyingParty:
    """Another site that takes what comes back."""

    url: str
    received: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/callback")
        async def query(request: Request) -> Response:
            self.received.append(dict(request.query_params))
            return HTMLResponse("<title>in</title>")

        @app.post("/callback")
        async def form(request: Request) -> Response:
            self.received.append(dict(await request.form()))
            return HTMLResponse("<title>in</title>")

        return app


@dataclass
class Site:
    """The gateway and a relying party on loopback."""

    issuer: str
    party: RelyingParty

    def authorize(self, **params: str) -> str:
        query = {
            "client_id": "demo-web", "response_type": "code", "scope": "openid",
            "redirect_uri": f"{self.party.url}/callback", "state": "st4te",
        } | params  # fmt: skip
        return f"{self.issuer}/authorize?{urlencode(query)}"


@pytest_asyncio.fixture
async def site(open_browser: OpenBrowser) -> AsyncIterator[Site]:
    gateway, issuer = listen()
    outside, party_url = listen()
    party = RelyingParty(party_url.replace("localhost", "127.0.0.1"))
    async with open_browser(public_url=issuer) as browser:
        await browser.world.register(redirect_uris=[f"{party.url}/callback"])
        async with served(browser.world.app, gateway), served(party.app(), outside):
            yield Site(issuer, party)


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Chromium]:
    need("chromium", "opens the login pages")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        await browser.close()


async def enter(page: Page) -> None:
    await page.click("#method-pin")
    await page.fill("[name=identifier]", ANA)
    await page.fill("[name=contrast]", "17/05/2031")
    await page.click("#continue")
    await page.fill("[name=pin]", PIN)
    await page.click("#continue")
    await page.wait_for_url("**/callback*")


@pytest.mark.parametrize("script", [False, True])
async def test_a_login_works_with_and_without_script(
    site: Site, chromium: Chromium, script: bool
) -> None:
    context = await chromium.new_context(java_script_enabled=script, locale="es-ES")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(site.authorize())
    await enter(page)
    assert site.party.received[0]["state"] == "st4te"
    assert "code" in site.party.received[0]
    names = {cookie["name"] for cookie in await context.cookies(site.issuer)}
    assert {"__Host-Http-flow", "__Host-Http-sso"} <= names
    assert not [text for text in complaints if "Content Security Policy" in text]


async def test_the_page_of_the_app_follows_what_happens_on_the_phone(
    site: Site, chromium: Chromium, siblings: Siblings
) -> None:
    page = await chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(site.authorize())
    await page.click("#method-app")
    await expect(page.locator("#qr")).to_have_attribute("src", re.compile("^data:image/svg"))
    siblings.app_state = "scanned"
    await expect(page.locator("#app-status")).not_to_be_empty()
    siblings.app_state = "confirmed"
    await page.wait_for_url("**/callback*")
    assert "code" in site.party.received[0]
    assert not [text for text in complaints if "Content Security Policy" in text]


async def test_a_rejection_on_the_phone_shows_without_a_press(
    site: Site, chromium: Chromium, siblings: Siblings
) -> None:
    page = await chromium.new_page()
    await page.goto(site.authorize())
    await page.click("#method-app")
    siblings.app_state = "rejected"
    await page.wait_for_selector("[data-code=app-rejected]")
    assert await page.is_visible("#not-me")


async def test_without_script_the_app_has_a_button_and_a_picture(
    site: Site, chromium: Chromium, siblings: Siblings
) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.authorize())
    await page.click("#method-app")
    await page.locator("#qr").wait_for()
    await page.wait_for_load_state("load")
    assert await page.locator("#qr").evaluate("image => image.naturalWidth") > 0
    await page.click("#reload")
    siblings.app_state = "confirmed"
    await page.click("#continue")
    await page.wait_for_url("**/callback*")
    assert "code" in site.party.received[0]


async def test_form_post_passes_our_own_policy(site: Site, chromium: Chromium) -> None:
    page = await chromium.new_page()
    await page.goto(site.authorize(response_mode="form_post"))
    await enter(page)
    assert "code" in site.party.received[0]


async def test_form_post_without_script_has_a_button(site: Site, chromium: Chromium) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.authorize(response_mode="form_post"))
    await page.click("#cancel")
    await page.click("#continue")
    await page.wait_for_url("**/callback")
    assert site.party.received[0]["error"] == "access_denied"


async def test_an_error_takes_the_focus(site: Site, chromium: Chromium) -> None:
    page = await chromium.new_page()
    await page.goto(site.authorize())
    await page.click("#method-pin")
    await page.click("#continue")
    assert await page.evaluate("document.activeElement.id") == "error-summary"
    await page.click("#error-summary a")
    assert await page.evaluate("document.activeElement.id") == "identifier"


async def test_every_control_is_reached_by_keyboard_and_seen(
    site: Site, chromium: Chromium
) -> None:
    page = await chromium.new_page()
    await page.goto(site.authorize())
    expected = await page.locator("a[href], button, summary").count()
    reached = set()
    for _ in range(expected):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            "(e => [e.outerHTML, getComputedStyle(e).outlineWidth])(document.activeElement)"
        )
        assert focused[1] == "3px", focused
        reached.add(focused[0])
    assert len(reached) == expected


# WCAG 2.2 success criteria 1.4.10 (reflow), 2.5.8 (target size) and 1.4.4 (resize text).
async def test_every_page_reflows_and_can_be_pressed(chromium: Chromium) -> None:
    renderer = make_renderer()
    page = await chromium.new_page()
    for name, response in all_pages(renderer, "es"):
        await page.set_viewport_size(SMALL)
        await page.set_content(standing_alone(renderer, response))
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, name
        small = await page.eval_on_selector_all(
            "button, .button, input:not([type=hidden], [type=checkbox]), .check, .choice, summary,"
            " .languages a",
            "found => found.filter(e => e.checkVisibility()"
            " && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)",
        )
        assert not small, name
        await page.set_viewport_size({"width": 640, "height": 640})
        await page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 640, name
