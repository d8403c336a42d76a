"""Redirect tricks (RFC 9700 sections 2.1 and 4.1): only what was registered, to the letter."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from clavis_gateway.oidc.checks.redirect_uri import allowed_redirect_uri
from clavis_gateway.records import RelyingParty
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import REDIRECT, World, page_code, registration

EMPTY: dict[str, Any] = {field.name: None for field in fields(RelyingParty)}
CLIENT = RelyingParty(**EMPTY | {"client_id": "demo-web", "metadata": registration()})

TRICKS = {
    "another host": "https://evil.test/callback",
    "user information": "https://rp.test@evil.test/callback",
    "user information of ours": "https://evil.test@rp.test/callback",
    "password": "https://rp.test:callback@evil.test/",
    "host in front": "https://rp.test.evil.test/callback",
    "host behind": "https://evilrp.test/callback",
    "subdomain": "https://x.rp.test/callback",
    "port": "https://rp.test:444/callback",
    "default port": "https://rp.test:443/callback",
    "scheme": "http://rp.test/callback",
    "scheme-relative": "//rp.test/callback",
    "script": "javascript:alert(1)//https://rp.test/callback",
    "data": "data:text/html,https://rp.test/callback",
    "fragment": "https://rp.test/callback#x",
    "empty fragment": "https://rp.test/callback#",
    "query": "https://rp.test/callback?next=https://evil.test",
    "empty query": "https://rp.test/callback?",
    "path below": "https://rp.test/callback/x",
    "slash": "https://rp.test/callback/",
    "traversal": "https://rp.test/callback/../open?u=https://evil.test",
    "encoded traversal": "https://rp.test/callback/%2e%2e/open",
    "dot": "https://rp.test/./callback",
    "double slash": "https://rp.test//callback",
    "backslash": "https://rp.test\\@evil.test/callback",
    "backslash path": "https://rp.test\\callback",
    "encoded slash": "https://rp.test%2fcallback",
    "encoded letter": "https://rp.test/%63allback",
    "encoded host": "https://rp%2etest/callback",
    "upper case host": "https://RP.test/callback",
    "upper case path": "https://rp.test/Callback",
    "upper case scheme": "HTTPS://rp.test/callback",
    "cyrillic host": "https://rр.test/callback",
    "punycode host": "https://xn--r-ybb.test/callback",
    "full-width dot": "https://rp。test/callback",
    "zero width": "https://rp.test/call\u200bback",
    "tab": "https://rp.test/\tcallback",
    "line end": "https://rp.test/callback\r\nX: y",
    "NUL": "https://rp.test/callback\x00.evil.test",
    "space in front": " https://rp.test/callback",
    "space behind": "https://rp.test/callback ",
    "wildcard": "https://*.test/callback",
    "parameters": "https://rp.test/callback;x=y",
    "trailing dot": "https://rp.test./callback",
    "two": "https://rp.test/callback https://evil.test/",
    "relative": "/callback",
    "nothing": "",
}


async def test_a_trick_is_a_page_and_never_a_redirect(world: World) -> None:
    await world.register()
    for name, trick in TRICKS.items():
        response = await world.authorize(redirect_uri=trick)
        assert (response.status_code, page_code(response)) == (400, "bad_redirect_uri"), name
        assert "location" not in response.headers, name


async def test_a_trick_is_not_pushed_either(fapi: Fapi) -> None:
    for name, trick in TRICKS.items():
        assert (await fapi.push(redirect_uri=trick)).status_code == 400, name


@given(st.text(max_size=12), st.integers(0, len(REDIRECT)), st.integers(0, 3))
def test_no_text_near_the_registered_one_is_taken_for_it(
    inserted: str, place: int, dropped: int
) -> None:
    asked = REDIRECT[:place] + inserted + REDIRECT[place + dropped :]
    allowed = allowed_redirect_uri(CLIENT, asked)
    assert (allowed is not None) == (asked == REDIRECT)


async def test_two_redirect_uris_are_none(world: World) -> None:
    await world.register()
    query = f"client_id=demo-web&response_type=code&scope=openid&redirect_uri={REDIRECT}"
    response = await world.http.get(f"/authorize?{query}&redirect_uri=https://evil.test/")
    assert page_code(response) == "bad_redirect_uri"


async def test_rfc8252_7_3_of_a_native_client_only_the_port_may_differ(world: World) -> None:
    await world.register(
        "app", application_type="native", token_endpoint_auth_method="none", client_secret=None,
        redirect_uris=["http://127.0.0.1/cb"],
    )  # fmt: skip
    for asked in (
        "http://127.0.0.1.evil.test:5000/cb", "http://user@127.0.0.1:5000/cb",
        "http://127.0.0.1:5000/cb?x=1", "http://127.0.0.1:5000/cb#x", "http://localhost:5000/cb",
        "http://127.1:5000/cb", "http://2130706433:5000/cb", "http://[::1]:5000/cb",
        "https://127.0.0.1:5000/cb", "http://127.0.0.1:99999/cb", "http://127.0.0.1:5000/other",
    ):  # fmt: skip
        answer = await world.authorize("app", redirect_uri=asked)
        assert page_code(answer) == "bad_redirect_uri", asked
    good = await world.authorize("app", redirect_uri="http://127.0.0.1:5000/cb")
    assert good.headers["location"].startswith("http://127.0.0.1:5000/cb?")


async def test_what_comes_back_never_leaves_the_registered_address(world: World) -> None:
    # State and errors are put into the query; none of them makes a new address of it.
    await world.register()
    for state in ("#@evil.test", "&redirect_uri=https://evil.test", "\r\nLocation: x", "://"):
        response = await world.authorize(state=state, max_age="soon")
        assert response.status_code == 303
        sent = response.headers["location"]
        assert sent.startswith(REDIRECT + "?")
        assert not {"#", "\r", "\n", "@"} & set(sent)
