"""oidc-client-ts, unmodified, in a page that has no server: login, renewal, step-up, logout."""

import json
from typing import Any

import pytest
from clavis_testkit.browsing import agree_to_data, enter_with_password, type_code
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ACR = "http://eidas.europa.eu/LoA/"


def shown(page: Page, expected: str) -> dict[str, Any]:
    """Return what the page shows once it holds a text."""
    place = page.locator("#shown")
    expect(place).to_contain_text(expected)
    document: dict[str, Any] = json.loads(place.inner_text())
    return document


def test_oidc_client_ts_in_chromium(
    demo: RunningDemo, browser_service: str, page: Page, regular: dict[str, Any]
) -> None:
    page.goto(browser_service)
    expect(page.locator("#shown")).to_have_text("nobody")
    page.click("#login")
    enter_with_password(page, regular)
    agree_to_data(page, browser_service.removesuffix("/index.html"))
    first = shown(page, '"sub"')
    assert first["acr"] == f"{ACR}low"
    assert first["given_name"]  # from userinfo, which the page's script read

    page.click("#renew")
    assert shown(page, "renewed")["renewed"] > 0

    seen = len(demo.messages(regular["phone"]))
    page.click("#more")
    page.click("#continue")
    type_code(page, demo, regular["phone"], after=seen)
    agree_to_data(page, browser_service.removesuffix("/index.html"))
    raised = shown(page, "substantial")
    assert (raised["sub"], raised["sid"]) == (first["sub"], first["sid"])

    page.click("#logout")
    page.click("#confirm-logout")
    page.wait_for_url(browser_service)
    expect(page.locator("#shown")).to_have_text("nobody")
    page.click("#login")
    expect(page.locator("#method-pin")).to_be_visible()
