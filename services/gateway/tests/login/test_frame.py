"""What every page has: language, headers, marks for tools, and no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from clavis_gateway.interactions import ResponseTarget
from clavis_gateway.login.i18n import choose_language
from clavis_gateway.login.pages import TemplatePages
from clavis_kit.clock import FrozenClock
from starlette.responses import Response

from services.gateway.tests.login.gallery import all_pages, make_renderer, make_request
from services.gateway.tests.login.gallery_states import NAMES, NOW
from services.gateway.tests.login.login_world import Browser

RENDERER = make_renderer()
# From these the browser goes to the relying party, which learns no address of ours.
LEAVING = {"returning", "form-post", "logged-out", "nothing-to-log-out"}
PAGES = [
    pytest.param(tag, name, response, id=f"{name}.{tag}")
    for tag in RENDERER.languages
    for name, response in all_pages(RENDERER, tag)
]
VOID = {"meta", "link", "input", "img", "hr", "br"}


def references(found: dict[str, str]) -> Iterator[str]:
    for name in ("aria-describedby", "aria-labelledby", "for"):
        yield from found.get(name, "").split()
    if found.get("href", "").startswith("#"):
        yield found["href"][1:]


class Checked(HTMLParser):
    """Tags that match, ids that are unique, references that resolve, labels on fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.inline: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), f"attribute twice in {tag}"
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        self.references |= set(references(found))
        if tag == "label":
            self.labels.add(found["for"])
        if tag == "input" and found.get("type") != "hidden":
            self.fields.add(found["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        inline = [name for name in found if name.startswith("on") or name == "style"]
        if tag == "style" or inline or (tag == "script" and "src" not in found):
            self.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(("tag", "name", "response"), PAGES)
def test_every_page_is_sound(tag: str, name: str, response: Response) -> None:
    html = bytes(response.body).decode()
    page = Checked(html)
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert page.references <= set(page.ids)
    assert page.fields <= page.labels
    assert not page.inline
    assert page.headings.count(1) == 1
    assert f'<html lang="{tag}">' in html
    assert len(html) < 14_000
    assert not re.search(r"None(?! of)", "".join(page.text))


@pytest.mark.parametrize(("tag", "name", "response"), PAGES)
def test_every_page_is_guarded(tag: str, name: str, response: Response) -> None:
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["cache-control"] == "no-store"
    expected = "no-referrer" if name in LEAVING else "same-origin"
    assert response.headers["referrer-policy"] == expected


def test_a_form_post_may_go_to_the_service_and_nowhere_else() -> None:
    pages = TemplatePages(RENDERER, FrozenClock(NOW))
    target = ResponseTarget("https://rp.example:8443/cb?x=1", "form_post", {"code": "1"}, NAMES)
    response = pages.returning(make_request(), target)
    assert "form-action https://rp.example:8443;" in response.headers["content-security-policy"]
    private = ResponseTarget("es.app:/cb", "form_post", {"code": "1"}, NAMES)
    response = pages.returning(make_request(), private)
    assert "form-action es.app:;" in response.headers["content-security-policy"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative"])
def test_the_way_back_never_runs_code(url: str) -> None:
    pages = TemplatePages(RENDERER, FrozenClock(NOW))
    response = pages.returning(make_request(), ResponseTarget(url, "query", {}, NAMES))
    assert response.status_code == 500
    assert url.encode() not in bytes(response.body)


def test_a_session_cookie_is_set_on_the_way_back() -> None:
    pages = TemplatePages(RENDERER, FrozenClock(NOW))
    target = ResponseTarget("https://rp.example/cb?code=1", "query", {}, NAMES, "secret")
    cookie = pages.returning(make_request(), target).headers["set-cookie"]
    assert cookie.startswith("__Host-Http-sso=secret;")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"))


def test_hsts_only_over_tls() -> None:
    plain = RENDERER.page(make_request(), "home.html", RENDERER.languages["es"])
    secure = make_renderer("https://id.example").page(
        make_request(), "home.html", RENDERER.languages["es"]
    )
    assert "strict-transport-security" not in plain.headers
    assert "strict-transport-security" in secure.headers


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, "es"),
        ({"accept_language": "en-GB,en;q=0.9"}, "en"),
        ({"accept_language": "fr, es;q=0.5, en;q=0.8"}, "en"),
        ({"accept_language": "en;q=0, es"}, "es"),
        ({"accept_language": "*;q=x,,;;"}, "es"),
        ({"accept_language": "en", "cookie": "es"}, "es"),
        ({"cookie": "es", "ui_locales": ("fr", "en-US")}, "en"),
        ({"chosen": "es", "ui_locales": ("en",)}, "es"),
        ({"chosen": "zz"}, "es"),
    ],
)
def test_the_language_is_the_one_wished_for(wish: dict[str, str], expected: str) -> None:
    assert choose_language(RENDERER.languages, **wish).tag == expected


async def test_a_language_link_is_remembered(browser: Browser) -> None:
    await browser.open("/?lang=en")
    assert "How do I register?" in browser.response.text
    await browser.open("/activate")
    assert 'lang="en"' in browser.response.text
    await browser.authorize()
    await browser.open(browser.path + "?lang=es")
    browser.http.cookies.delete("__Host-lang")
    await browser.open(browser.path + "/pin")
    assert "Pedir un PIN" in browser.response.text


async def test_the_service_may_wish_for_a_language(browser: Browser) -> None:
    await browser.authorize(ui_locales="fr en")
    assert "How do you want to identify yourself?" in browser.response.text


async def test_styles_are_served_under_a_name_of_their_content(browser: Browser) -> None:
    await browser.open("/")
    found = re.search(r'href="(/static/clavis\.[0-9a-f]{12}\.css)"', browser.response.text)
    assert found
    response = await browser.http.get(found[1])
    assert response.status_code == 200
    assert "immutable" in response.headers["cache-control"]
    assert (await browser.http.get("/static/..%2Fsettings.py")).status_code == 404


@pytest.mark.parametrize("path", ["/login/x", "/login/%00", "/login/' OR 1=1/pin", "/cert/x"])
async def test_an_address_that_is_none_is_a_page(browser: Browser, path: str) -> None:
    await browser.open(path)
    assert browser.response.status_code == 410
    assert browser.code == "interaction-expired"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"identifier": "x"}', "application/json"),
        (b"%ff%fe", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"a=1&" * 500, "application/x-www-form-urlencoded"),
    ],
)
async def test_a_form_that_cannot_be_read_is_a_page(
    browser: Browser, content: bytes, content_type: str
) -> None:
    await browser.authorize()
    response = await browser.http.post(
        browser.path + "/pin", content=content, headers={"Content-Type": content_type}
    )
    assert response.status_code in {400, 403}
    assert "text/html" in response.headers["content-type"]
