"""Login CSRF: nobody logs another person's browser in, as themselves or as anybody."""

from __future__ import annotations

import re

from services.gateway.tests.login.login_world import Browser
from services.gateway.tests.login.test_login_by_pin import PIN, ask_for_pin
from services.gateway.tests.oidc.gateway_world import ISSUER

SESSION = "__Host-Http-sso"


async def test_a_login_page_of_one_browser_is_closed_to_another(browser: Browser) -> None:
    # The attacker opens a login, and sends the victim its address, to be logged in as the attacker.
    await ask_for_pin(browser)
    page, form = browser.path, browser.page.form_of["continue"]
    browser.http.cookies.clear()
    await browser.open(page)
    assert browser.code == "interaction-expired"
    posted = await browser.http.post(
        form["action"], data=form["fields"] | {"pin": PIN},
        headers={"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}, follow_redirects=True,
    )  # fmt: skip
    assert SESSION not in posted.headers.get("set-cookie", "")
    assert browser.http.cookies.get(SESSION) is None


async def test_a_form_that_another_site_posts_does_nothing(browser: Browser) -> None:
    await ask_for_pin(browser)
    form = browser.page.form_of["continue"]
    for headers in (
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.test"}, {"Origin": "null"},
        {"Origin": "https://gateway.test.evil.test"}, {"Origin": "http://gateway.test"},
    ):  # fmt: skip
        posted = await browser.http.post(
            form["action"], data=form["fields"] | {"pin": PIN}, headers=headers
        )
        assert posted.status_code == 403, headers
        assert browser.http.cookies.get(SESSION) is None


async def test_a_form_without_the_browsers_own_token_does_nothing(browser: Browser) -> None:
    await ask_for_pin(browser)
    form = browser.page.form_of["continue"]
    for token in ("", "0" * 64, "é", None):
        fields = {name: value for name, value in form["fields"].items() if name != "csrf"}
        fields |= {"pin": PIN} | ({} if token is None else {"csrf": token})
        posted = await browser.http.post(form["action"], data=fields, headers={"Origin": ISSUER})
        assert posted.status_code == 403, token
        assert browser.http.cookies.get(SESSION) is None


async def test_the_token_of_one_login_is_none_of_another(browser: Browser) -> None:
    await ask_for_pin(browser)
    first = browser.page.form_of["continue"]["fields"]["csrf"]
    await ask_for_pin(browser)
    second = browser.page.form_of["continue"]
    posted = await browser.http.post(
        second["action"], data=second["fields"] | {"csrf": first, "pin": PIN},
        headers={"Origin": ISSUER},
    )  # fmt: skip
    assert posted.status_code == 403


async def test_the_browser_keeps_its_cookies_from_requests_of_others(browser: Browser) -> None:
    await browser.authorize()
    cookie = browser.response.history[0].headers["set-cookie"]
    assert re.match(r"__Host-Http-flow=", cookie)
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute.lower() in cookie.lower()
    assert "domain" not in cookie.lower()
