"""The library's API demands a better login, and its page goes and gets it."""

from typing import Any

import httpx
from fastapi import FastAPI

from dev import demo_api

METADATA: dict[str, Any] = {
    "client_id": "demo-web",
    "client_secret": "a-secret-of-the-test-alone",
    "redirect_uris": ["http://localhost:8410/callback"],
}
NOBODY = "http://127.0.0.1:9"  # the discard port: no provider listens there


def test_the_challenge_becomes_the_parameters_of_the_next_request() -> None:
    challenge = (
        'Bearer error="insufficient_user_authentication", error_description="A different or newer'
        ' login is needed.", acr_values="http://eidas.europa.eu/LoA/substantial", max_age="900"'
    )
    answer = httpx.Response(401, headers={"WWW-Authenticate": challenge})
    assert demo_api.step_up(answer) == {
        "acr_values": "http://eidas.europa.eu/LoA/substantial",
        "max_age": "900",
    }


def test_any_other_refusal_sends_nobody_anywhere() -> None:
    for challenge in ('Bearer error="invalid_token"', "Bearer", ""):
        answer = httpx.Response(401, headers={"WWW-Authenticate": challenge})
        assert demo_api.step_up(answer) is None


async def test_without_a_token_or_a_provider_the_api_lets_nobody_in() -> None:
    app = FastAPI()
    server = demo_api.protect(app, NOBODY, METADATA)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8410") as http:
        assert (await http.get(demo_api.PATH)).status_code == 401
    assert (await demo_api.ask(app, METADATA, "opaque")).status_code == 503
    await server.close()
