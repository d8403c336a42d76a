"""What a browser backend forwards, and what it refuses to."""

from collections.abc import AsyncIterator

import httpx
import pytest

from libs.kit.tests.bff.bff_world import OWN_PAGE, PORTAL, World


async def test_a_call_carries_the_token_and_no_cookie(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/registry/citizen/v1/me?a=1")
    assert response.json() == {"path": "me", "length": 0, "query": "a=1"}
    assert "set-cookie" not in response.headers
    assert "connection" not in response.headers
    (request,) = world.api.requests
    assert request.headers["authorization"] == "Bearer access-0"
    assert "cookie" not in request.headers


async def test_an_answer_is_asked_for_in_the_language_of_the_pages(world: World) -> None:
    await world.sign_in()
    world.browser.cookies.set("__Host-lang", "es", domain="portal.test")
    await world.browser.get(
        "/api/registry/citizen/v1/me", headers={**OWN_PAGE, "Accept-Language": "en-GB"}
    )
    assert world.api.requests[-1].headers["accept-language"] == "es"


async def test_without_a_session_nothing_is_forwarded(world: World) -> None:
    response = await world.call()
    assert (response.status_code, response.json()["code"]) == (401, "signed-out")
    assert world.api.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Clavis-CSRF": "1"},
        {"Sec-Fetch-Site": "same-origin"},
        {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "same-site"},
        {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "cross-site", "Origin": PORTAL},
        {"X-Clavis-CSRF": "1", "Origin": "https://evil.test"},
    ],
)
async def test_rfc10017_6_1_3_3_a_forged_request_is_refused(
    world: World, headers: dict[str, str]
) -> None:
    await world.sign_in()
    for path in ("/api/registry/citizen/v1/renunciation", "/bff/logout"):
        response = await world.browser.post(path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "cross-site-request")
    assert world.api.requests == []


async def test_an_old_browser_is_known_by_its_origin(world: World) -> None:
    await world.sign_in()
    headers = {"X-Clavis-CSRF": "1", "Origin": PORTAL}
    response = await world.browser.post("/api/registry/citizen/v1/x", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/registry/internal/v1/claims",
        "/api/registry/citizen/v1/../../internal/v1/claims",
        "/api/registry/citizen/v1/%2e%2e/%2e%2e/internal/v1/claims",
        "/api/registry/citizen/v1/..%2f..%2finternal",
        "/api/registry//citizen/v1/me",
        "/api/registry/citizen/v1//me",
        "/api/registry/citizen/v1x/me",
        "/api/gateway/citizen/v1/sessions",
        "/api/registry",
    ],
)
async def test_rfc10017_6_1_3_4_only_listed_places_are_reached(world: World, path: str) -> None:
    await world.sign_in()
    response = await world.browser.get(httpx.URL(PORTAL, raw_path=path.encode()), headers=OWN_PAGE)
    assert response.status_code == 404
    assert world.api.requests == []


@pytest.mark.parametrize("declares_length", [True, False])
async def test_a_body_over_the_limit_is_refused(world: World, *, declares_length: bool) -> None:
    await world.sign_in()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    response = await world.browser.post(
        "/api/registry/citizen/v1/x",
        headers=OWN_PAGE,
        content=b"x" * 1001 if declares_length else chunks(),
    )
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_a_step_up_challenge_reaches_the_page(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/registry/citizen/v1/substantial-only")
    assert response.status_code == 401
    assert "insufficient_user_authentication" in response.headers["www-authenticate"]


async def test_an_api_that_is_away_is_a_problem_of_its_own(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/signing/citizen/v1/certificates")
    assert (response.status_code, response.json()["code"]) == (502, "upstream-unavailable")
