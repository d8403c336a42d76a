"""Code injection (RFC 9700 section 4.5): a stolen code is put into the attacker's own login."""

from __future__ import annotations

from clavis_kit.ids import new_id

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World, pkce


async def test_a_code_does_not_pass_with_the_verifier_of_another_login(world: World) -> None:
    await world.register()
    theirs, challenge = pkce()
    stolen = await world.code(code_challenge=challenge, code_challenge_method="S256")
    mine, _ = pkce()
    refused = await world.exchange(stolen, code_verifier=mine)
    assert refused.json()["error"] == "invalid_grant"
    # Guessing is not free: the code is not consumed by a failed proof, but the victim's is good.
    assert (await world.exchange(stolen, code_verifier=theirs)).status_code == 200


async def test_a_code_does_not_pass_at_another_client(world: World) -> None:
    await world.register()
    await world.register("other", redirect_uris=["https://rp.test/callback"])
    stolen = await world.code()
    refused = await world.exchange(stolen, auth=("other", SECRET))
    assert refused.json()["error"] == "invalid_grant"


async def test_a_code_does_not_pass_with_another_redirect_uri(world: World) -> None:
    await world.register(redirect_uris=["https://rp.test/callback", "https://rp.test/two"])
    stolen = await world.code()
    refused = await world.exchange(stolen, redirect_uri="https://rp.test/two")
    assert refused.json()["error"] == "invalid_grant"


async def test_a_code_does_not_pass_with_another_key(world: World, fapi: Fapi) -> None:
    # RFC 9449 section 10: the code is bound to the key of the proof that was pushed with it.
    form = {"scope": "openid", "response_type": "code", "redirect_uri": "https://rp.test/callback",
            "code_challenge": fapi.challenge, "code_challenge_method": "S256"}  # fmt: skip
    headers = {"DPoP": fapi.proof(path="/par")}
    pushed = await world.http.post("/par", data=form | fapi.auth(), headers=headers)
    target = await world.complete(await fapi.start(pushed.json()["request_uri"]), new_id())
    thief = Fapi(world)
    refused = await fapi.token(
        code=target.params["code"], headers={"DPoP": fapi.proof(key=thief.dpop_key)}
    )
    assert refused.json()["error"] in {"invalid_grant", "invalid_dpop_proof"}


async def test_the_id_token_names_the_nonce_of_its_own_login(world: World) -> None:
    # A client that compares nonces notices a code of another login.
    await world.register()
    tokens = await world.tokens(nonce="of-this-login")
    answer = await world.introspect(tokens["access_token"])
    assert answer["active"] is True
    header, claims, _ = tokens["id_token"].split(".")
    assert "of-this-login" in _decoded(claims)
    assert header


def _decoded(part: str) -> str:
    import base64

    return base64.urlsafe_b64decode(part + "==").decode()
