"""Signing in through a browser backend, and what must not open a session."""

import asyncio

import httpx
import pytest

from libs.kit.tests.bff.bff_world import LOW, PORTAL, World

COOKIE = "__Host-Http-portal"


async def test_a_sign_in_opens_a_session_and_returns_to_the_page(world: World) -> None:
    page = await world.sign_in(**{"return": "/sign?a=1"})
    assert page.status_code == 200
    assert 'content="0;url=/sign?a=1"' in page.text
    session = (await world.browser.get("/bff/session")).json()
    assert session["authenticated"] is True
    assert session["level"] == "substantial"


async def test_the_session_cookie_is_strict_and_out_of_the_reach_of_scripts(world: World) -> None:
    cookie = (await world.sign_in()).headers["set-cookie"].lower()
    assert cookie.startswith("__host-http-portal=")
    for attribute in ("httponly", "secure", "samesite=strict", "path=/"):
        assert attribute in cookie
    assert "domain" not in cookie


async def test_the_request_is_pushed_and_shows_the_browser_no_parameters(world: World) -> None:
    address = await world.start_sign_in()
    assert set(httpx.URL(address).params) == {"client_id", "request_uri"}
    (request,) = world.provider.pushed.values()
    assert request["code_challenge_method"] == "S256"


async def test_without_pushed_requests_the_parameters_travel_with_the_browser(world: World) -> None:
    world.provider.supports_push = False
    assert (await world.sign_in()).status_code == 200
    assert await world.is_signed_in()


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "/bff/logout", "evil"],
)
async def test_a_sign_in_never_returns_to_another_site(world: World, elsewhere: str) -> None:
    page = await world.sign_in(**{"return": elsewhere})
    assert 'content="0;url=/"' in page.text


async def test_rfc9700_4_7_1_an_answer_works_once(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    await world.browser.get("/bff/callback", params=answer)
    again = await world.browser.get("/bff/callback", params=answer)
    assert "/sign-in?problem=sign-in-expired" in again.text


async def test_one_of_many_concurrent_answers_wins(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    pages = await asyncio.gather(
        *(world.browser.get("/bff/callback", params=answer) for _ in range(8))
    )
    assert sum("problem" not in page.text for page in pages) == 1


async def test_an_answer_in_another_browser_is_refused(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url=PORTAL) as other:
        page = await other.get("/bff/callback", params=answer)
    assert "sign-in-expired" in page.text


async def test_two_tabs_can_sign_in_at_the_same_time(world: World) -> None:
    first = await world.start_sign_in(**{"return": "/a"})
    second = await world.start_sign_in(**{"return": "/b"})
    for address, path in ((second, "/b"), (first, "/a")):
        answer = world.provider.answer(address)
        page = await world.browser.get("/bff/callback", params=answer)
        assert f"url={path}" in page.text


async def test_rfc9207_an_answer_of_another_issuer_is_refused(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in(), iss="https://evil.test")
    page = await world.browser.get("/bff/callback", params=answer)
    assert "sign-in-refused" in page.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", "sign-in-cancelled"),
        ("unmet_authentication_requirements", "level-too-low"),
        ("server_error", "sign-in-refused"),
    ],
)
async def test_an_error_answer_has_a_page(world: World, error: str, code: str) -> None:
    answer = world.provider.answer(await world.start_sign_in(), error=error)
    page = await world.browser.get("/bff/callback", params=answer)
    assert f"/sign-in?problem={code}" in page.text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "other"},
        {"aud": "other"},
        {"aud": ["portal", "other"]},
        {"azp": "other"},
        {"iss": "https://evil.test"},
        {"exp": 1},
        {"iat": 4102444800},
        {"sub": ""},
    ],
)
async def test_oidc_core_3_1_3_7_a_wrong_id_token_opens_no_session(
    world: World, claims: dict[str, object]
) -> None:
    world.provider.claims = claims
    page = await world.sign_in()
    assert "sign-in-refused" in page.text
    assert not await world.is_signed_in()


async def test_a_level_below_the_one_asked_for_opens_no_session(world: World) -> None:
    world.provider.acr = LOW
    page = await world.sign_in(acr="substantial")
    assert "level-too-low" in page.text
    assert not await world.is_signed_in()


async def test_a_step_up_replaces_the_session(world: World) -> None:
    world.provider.acr = LOW
    await world.sign_in()
    old = world.browser.cookies[COOKIE]
    world.provider.acr = "http://eidas.europa.eu/LoA/high"
    await world.sign_in(acr="substantial")
    assert (await world.browser.get("/bff/session")).json()["level"] == "high"
    stale = await world.browser.get("/bff/session", headers={"Cookie": f"{COOKIE}={old}"})
    assert stale.json()["authenticated"] is False


async def test_a_provider_that_is_away_gives_a_page_not_a_fault(world: World) -> None:
    world.provider.is_down = True
    page = await world.browser.get("/bff/login")
    assert page.status_code == 200
    assert "identity-provider-unavailable" in page.text
