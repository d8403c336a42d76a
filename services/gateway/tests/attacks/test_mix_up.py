"""Mix-up (RFC 9700 section 4.4, RFC 9207): the client is told whose answer it holds.

An attacker's provider makes a client send it a code of ours. The client must see in every answer
who gave it; and what it then signs for the attacker's provider must be worth nothing here.
"""

from __future__ import annotations

from clavis_kit.ids import new_id

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, World, location

EVIL = "https://evil.test"


async def test_every_answer_says_who_gave_it(world: World) -> None:
    await world.register()
    assert location(await world.authorize(max_age="soon"))["iss"] == ISSUER
    assert location(await world.authorize(prompt="none"))["iss"] == ISSUER
    target = await world.complete(await world.authorize(), new_id())
    assert target.params["iss"] == ISSUER
    assert location(await world.authorize())["iss"] == ISSUER  # answered by the session


async def test_answers_by_form_say_it_too(world: World) -> None:
    await world.register()
    page = await world.authorize(response_mode="form_post", max_age="soon")
    assert f'name="iss" value="{ISSUER}"' in page.text


async def test_clients_may_rely_on_it(world: World) -> None:
    metadata = (await world.http.get("/.well-known/openid-configuration")).json()
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["issuer"] == ISSUER


async def test_an_assertion_made_for_another_provider_is_worth_nothing(fapi: Fapi) -> None:
    code = await fapi.code()
    for audience in (EVIL, f"{EVIL}/token", [ISSUER, EVIL], f"{ISSUER}/"):
        response = await fapi.token(code=code, **fapi.auth(aud=audience))
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    # The good one still has its use: nothing was consumed.
    assert (await fapi.token(code=code)).status_code == 200


async def test_a_code_sent_to_another_provider_is_worth_nothing_without_verifier_and_key(
    world: World, fapi: Fapi
) -> None:
    code = await fapi.code()
    stranger = Fapi(world, "evil-client")
    await stranger.register()
    response = await stranger.token(code=code)
    assert response.json()["error"] == "invalid_grant"
