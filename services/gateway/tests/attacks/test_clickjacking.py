"""Clickjacking (RFC 6749 section 10.13, RFC 9700 section 4.16): no page of ours is ever framed."""

from __future__ import annotations

from services.gateway.tests.login.login_world import Browser
from services.gateway.tests.login.test_login_by_pin import PIN, ask_for_pin


def unframed(browser: Browser) -> None:
    headers = browser.response.headers
    assert "text/html" in headers["content-type"], browser.path
    assert "frame-ancestors 'none'" in headers["content-security-policy"], browser.path
    assert headers.get_list("x-frame-options") == ["DENY"], browser.path


async def test_pages_that_anybody_can_open(browser: Browser) -> None:
    for path in (
        "/", "/authorize", "/authorize?client_id=nobody", "/login/nothing", "/logout", "/cert/x",
        "/logout?post_logout_redirect_uri=https://evil.test",
    ):  # fmt: skip
        unframed(await browser.open(path, Accept="text/html,*/*"))


async def test_every_page_of_a_login_and_of_a_logout(browser: Browser) -> None:
    unframed(await browser.authorize())
    unframed(await ask_for_pin(browser))
    unframed(await browser.press("continue", pin="AAA"))
    unframed(await browser.press("continue", pin=PIN))  # the way back
    unframed(await browser.open("/logout"))
    unframed(await browser.press("confirm-logout"))


async def test_the_form_that_posts_an_answer(browser: Browser) -> None:
    unframed(await browser.authorize(response_mode="form_post", prompt="none"))


async def test_a_form_that_is_too_large(browser: Browser) -> None:
    browser.response = await browser.http.post("/login/x", content=b"x" * 2_000_000)
    unframed(browser)
