"""PKCE downgrade (RFC 9700 sections 2.1.1 and 4.8): nobody takes the proof out of a login."""

from __future__ import annotations

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import World, location, pkce


async def test_a_client_that_must_prove_cannot_leave_it_out(world: World, fapi: Fapi) -> None:
    await world.register("spa", token_endpoint_auth_method="none", client_secret=None)
    assert location(await world.authorize("spa"))["error"] == "invalid_request"
    pushed = await fapi.push(code_challenge=None, code_challenge_method=None)
    assert pushed.json()["error"] == "invalid_request"


async def test_no_weaker_method_is_taken(world: World, fapi: Fapi) -> None:
    await world.register()
    for method in ("plain", None, "s256", "none", "S512"):
        asked = {"code_challenge": pkce()[1], "code_challenge_method": method}
        assert location(await world.authorize(**asked))["error"] == "invalid_request", method
        assert (await fapi.push(**asked)).json()["error"] == "invalid_request", method


async def test_a_login_begun_without_a_challenge_takes_no_verifier(world: World) -> None:
    # The attacker strips the challenge from the request; the client still sends its verifier.
    await world.register()
    code = await world.code()
    refused = await world.exchange(code, code_verifier=pkce()[0])
    assert refused.status_code == 400


async def test_a_login_begun_with_a_challenge_needs_its_verifier(world: World) -> None:
    await world.register()
    for verifier in (None, "", "short", "x" * 43):
        code = await world.code(
            code_challenge=pkce()[1], code_challenge_method="S256", prompt="login"
        )
        assert (await world.exchange(code, code_verifier=verifier)).status_code == 400, verifier


async def test_the_challenge_itself_is_no_verifier(world: World) -> None:
    await world.register()
    _, challenge = pkce()
    code = await world.code(code_challenge=challenge, code_challenge_method="S256")
    refused = await world.exchange(code, code_verifier=challenge)
    assert refused.json()["error"] == "invalid_grant"
