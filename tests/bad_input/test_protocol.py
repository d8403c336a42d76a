"""The OpenID endpoints: strangers, forged addresses, repeated and absurd parameters."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.conftest import Doors
from tests.bad_input.material import ATTRIBUTE, HOSTILE, SCRIPT, assert_safe, error_code

pytestmark = pytest.mark.slow
PARAMETERS = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age",
    "acr_values", "claims", "ui_locales", "login_hint", "id_token_hint", "display", "request",
    "request_uri", "response_mode", "code_challenge", "code_challenge_method", "resource",
    "authorization_details", "dpop_jkt", "lang",
)  # fmt: skip
ENDPOINTS = {
    "/token": ("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope",
               "client_id", "client_secret", "client_assertion", "client_assertion_type"),
    "/par": PARAMETERS,
    "/introspect": ("token", "token_type_hint"),
    "/revoke": ("token", "token_type_hint"),
}  # fmt: skip
_UNSIGNED = b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
HEADERS = (
    b"", b"Bearer", b"Bearer \xff\xfe", b"Bearer " + _UNSIGNED, b"DPoP " + _UNSIGNED, _UNSIGNED,
    b"Basic", b"Basic !!!!", b"Basic /////w==", b"Basic Og==", b"Basic JTAwOiUwMA==",
    b"Bearer " + b"x" * 8000, b"__Host-Http-sso=\xff; __Host-Http-flow=" + b"y" * 4000,
    b'{"alg":"none"}', SCRIPT.encode(), b":" + b"A" * 400 + b":", b"Bearer a.b.c",
    b"Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Ilx1ZDgwMCJ9.e30.AAAA",
)  # fmt: skip
SHORT = {kind: text[:3000] for kind, text in HOSTILE.items()}


@pytest.fixture(scope="module")
def web(demo: RunningDemo) -> CodeFlow:
    return CodeFlow(demo, "demo-web")


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("client_id", [None, "", "nobody", SCRIPT, "a\x00b", "' OR 1=1 --"])
def test_an_unknown_client_gets_a_page_and_no_redirect(
    web: CodeFlow, browser: httpx.Client, client_id: str | None
) -> None:
    answer = browser.get(web.address(client_id=client_id))
    assert (answer.status_code, error_code(answer)) == (400, "unknown_client")
    assert "location" not in answer.headers
    assert_safe(answer, client_id)


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "",
        "https://evil.example/callback",
        "{callback}/",
        "{callback}?x=1",
        "{callback}#fragment",
        "{callback}.evil.example",
        "{callback}%00",
        "http://user@localhost/callback",
        "javascript:alert(1)",
        "data:text/html," + SCRIPT,
        "//evil.example",
        f'http://localhost/"{SCRIPT}',
        "a\r\nLocation: https://evil.example",
    ],
)
def test_a_bad_redirect_uri_gets_a_page_and_no_redirect(
    web: CodeFlow, browser: httpx.Client, redirect_uri: str | None
) -> None:
    wrong = redirect_uri.format(callback=web.callback) if redirect_uri else redirect_uri
    answer = browser.get(web.address(redirect_uri=wrong))
    assert (answer.status_code, error_code(answer)) == (400, "bad_redirect_uri")
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text
    assert_safe(answer, redirect_uri)


@pytest.mark.parametrize("name", PARAMETERS)
def test_hostile_text_in_every_parameter(web: CodeFlow, browser: httpx.Client, name: str) -> None:
    for kind, text in SHORT.items():
        for answer in (
            browser.get(web.address(**{name: text})),
            browser.post(f"{web.demo.issuer}/authorize", data=web.request(**{name: text})),
        ):
            assert_safe(answer, (name, kind))
            assert_goes_home_or_nowhere(answer, web)
            if answer.status_code == 303 and answer.headers["location"].startswith("/login/"):
                assert_safe(browser.get(web.demo.issuer + answer.headers["location"]), name)


def assert_goes_home_or_nowhere(answer: httpx.Response, web: CodeFlow) -> None:
    location = answer.headers.get("location", web.callback)
    assert location.startswith((web.callback, "/login/")), location
    assert not {"\r", "\n", "\x00"} & set(location)


@pytest.mark.parametrize("name", PARAMETERS)
def test_rfc6749_3_1_no_parameter_may_come_twice(
    web: CodeFlow, browser: httpx.Client, name: str
) -> None:
    query = urlencode([*web.request(**{name: "x"}).items(), (name, "y")])
    answer = browser.get(f"{web.demo.issuer}/authorize?{query}")
    assert_safe(answer, name)
    assert not answer.headers.get("location", "").startswith("/login/"), name
    assert_goes_home_or_nowhere(answer, web)


@pytest.mark.parametrize(
    "query",
    [
        "%",
        "client_id=%ff%fe",
        "&&&===",
        "a" * 20_000,
        "&".join(f"a{n}=1" for n in range(500)),
        "%00",
    ],
)
def test_queries_that_are_none(web: CodeFlow, browser: httpx.Client, query: str) -> None:
    for path in ("/authorize", "/logout", "/", "/activate"):
        assert_safe(browser.get(f"{web.demo.issuer}{path}?{query}"), (path, query[:20]))


def test_state_comes_back_as_it_was_and_adds_no_header(
    web: CodeFlow, browser: httpx.Client
) -> None:
    state = f"a b&c=d\r\nSet-Cookie: x=1\r\n{ATTRIBUTE}ñ🂡"
    answer = browser.get(web.address(state=state, prompt="none"))
    assert answer.status_code == 303
    assert httpx.URL(answer.headers["location"]).params["state"] == state
    assert_safe(answer, "state")
    form = browser.get(web.address(state=state, prompt="none", response_mode="form_post"))
    assert_safe(form, "state in a form")
    assert form.status_code == 200


def test_languages_that_are_none_leave_the_usual_one(web: CodeFlow, browser: httpx.Client) -> None:
    for locales in (*SHORT.values(), "xx-YY", "en\r\nX: y", "de " * 500):
        answer = browser.get(web.address(ui_locales=locales))
        assert_safe(answer, locales[:20])
        if answer.headers["location"].startswith("/login/"):
            page = browser.get(web.demo.issuer + answer.headers["location"])
            assert '<html lang="es"' in page.text
        browser.cookies.clear()
    for locales in SHORT.values():
        header = locales.encode().replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"")
        answer = browser.get(f"{web.demo.issuer}/", headers={b"Accept-Language": header.strip()})
        assert_safe(answer, locales[:20])


@pytest.mark.parametrize("path", ENDPOINTS)
def test_hostile_text_in_every_parameter_of_the_clients_endpoints(web: CodeFlow, path: str) -> None:
    usual = dict.fromkeys(("grant_type",), "authorization_code") if path == "/token" else {}
    usual |= web.request() if path == "/par" else {}
    for name in ENDPOINTS[path]:
        for kind, text in SHORT.items():
            answer = web.post(path, **(usual | {name: text}))
            assert_safe(answer, (path, name, kind))
            if path == "/token":
                assert answer.status_code in {400, 401}, (name, kind)
                assert answer.json()["error"].replace("_", "").isalpha()


@pytest.mark.parametrize("path", [*ENDPOINTS, "/userinfo", "/logout", "/logout/confirmation"])
def test_hostile_headers(doors: Doors, web: CodeFlow, path: str) -> None:
    url = web.demo.issuer + path
    for name in ("Authorization", "DPoP", "Cookie", "Content-Type", "Client-Cert", "Origin"):
        for value in HEADERS:
            answer = doors.http.post(url, headers={name: value}, content=b"token=x")
            assert_safe(answer, (path, name, value[:30]))


def test_a_client_certificate_that_only_a_header_tells_of_is_ignored(
    demo: RunningDemo, browser: httpx.Client
) -> None:
    """RFC 9440 section 4: the header counts only from the TLS front, which knows a secret."""
    certificate = next(c for c in demo.data["certificates"] if c["kind"] == "dnie")
    lines = (demo.directory / certificate["file"]).read_text().splitlines()
    der = "".join(line for line in lines if "-----" not in line)
    web = CodeFlow(demo, "demo-high")
    page = browser.get(web.address(), follow_redirects=True)
    path = httpx.URL(str(page.url)).path
    cookies = "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)
    start = browser.get(f"{demo.issuer}{path}/certificate", headers={"Cookie": cookies})
    handoff = httpx.URL(_certificate_link(start.text)).params["handoff"]
    forged: list[dict[str, Any]] = [{}, {"Clavis-Terminator-Secret": "guess"}]
    for more in forged:
        answer = browser.get(
            f"{demo.issuer}{path.replace('/login/', '/cert/')}?handoff={handoff}",
            headers={"Client-Cert": f":{der}:", **more},
        )
        assert error_code(answer) == "certificate-missing", answer.text[:600]
        assert_safe(answer, more)


def _certificate_link(page: str) -> str:
    found = re.search(r'(?:href|action)="([^"]*handoff=[^"]*)"', page)
    assert found, page[:2000]
    return html.unescape(found[1])
