"""Userinfo, introspection and revocation of tokens in use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.gateway.tests.oidc.gateway_world import SECRET, World


async def test_core_5_3_1_userinfo_by_get_post_header_and_post_body(world: World) -> None:
    await world.register()
    token = (await world.tokens())["access_token"]
    bearer = {"Authorization": f"bearer {token}"}
    answers = [
        await world.http.get("/userinfo", headers=bearer),
        await world.http.post("/userinfo", headers=bearer),
        await world.http.post("/userinfo", data={"access_token": token}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["sub"] for answer in answers}) == 1


async def test_rfc6750_3_1_what_is_wrong_has_its_challenge(world: World) -> None:
    await world.register()
    missing = await world.http.get("/userinfo")
    assert missing.status_code == 401
    assert "error=" not in missing.headers["www-authenticate"]
    bad = await world.userinfo("<b>nonsense</b>")
    assert bad.status_code == 401
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]
    token = (await world.tokens())["access_token"]
    twice = await world.http.post(
        "/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )
    assert twice.status_code == 400
    assert (await world.http.get(f"/userinfo?access_token={token}")).status_code == 401


async def test_an_access_token_lives_five_minutes(world: World) -> None:
    await world.register()
    token = (await world.tokens())["access_token"]
    world.clock.advance(timedelta(minutes=5))
    assert (await world.userinfo(token)).status_code == 401
    assert await world.introspect(token) == {"active": False}


async def test_rfc7662_2_2_introspection_describes_a_live_token(world: World) -> None:
    await world.register()
    tokens = await world.tokens(scope="openid email")
    access = await world.introspect(tokens["access_token"])
    assert access["active"]
    assert (access["client_id"], access["scope"]) == ("demo-web", "openid email")
    assert access["acr"].endswith("/low")
    assert (await world.introspect(tokens["refresh_token"]))["active"]


async def test_rfc7662_4_a_stranger_learns_nothing(world: World) -> None:
    await world.register()
    await world.register("other")
    token = (await world.tokens())["access_token"]
    response = await world.http.post("/introspect", data={"token": token}, auth=("other", SECRET))
    assert response.json() == {"active": False}
    anonymous = await world.http.post("/introspect", data={"token": token})
    assert anonymous.status_code == 401


async def test_rfc7662_2_1_a_public_client_may_not_ask(world: World) -> None:
    await world.register("demo-spa", token_endpoint_auth_method="none", client_secret=None)
    response = await world.http.post("/introspect", data={"token": "x", "client_id": "demo-spa"})
    assert response.status_code == 401


async def test_rfc7009_2_1_ending_an_access_token_ends_it_alone(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    auth = ("demo-web", SECRET)
    data = {"token": tokens["access_token"]}
    assert (await world.http.post("/revoke", data=data, auth=auth)).status_code == 200
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_rfc7009_2_1_ending_a_refresh_token_ends_the_family(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    auth = ("demo-web", SECRET)
    data = {"token": tokens["refresh_token"], "token_type_hint": "access_token"}
    assert (await world.http.post("/revoke", data=data, auth=auth)).status_code == 200
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).status_code == 400


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "' OR 1=1 --"])
async def test_rfc7009_2_2_an_unknown_token_is_fine(world: World, token: str) -> None:
    await world.register()
    response = await world.http.post("/revoke", data={"token": token}, auth=("demo-web", SECRET))
    assert (response.status_code, response.text) == (200, "")
    missing = await world.http.post("/revoke", data={}, auth=("demo-web", SECRET))
    assert missing.status_code == 400


async def test_rfc7009_2_1_nobody_ends_the_tokens_of_another(world: World) -> None:
    await world.register()
    await world.register("other")
    token = (await world.tokens())["access_token"]
    await world.http.post("/revoke", data={"token": token}, auth=("other", SECRET))
    assert (await world.userinfo(token)).status_code == 200


async def test_a_jwt_access_token_is_ended_by_its_jti(world: World) -> None:
    await world.register("portal", first_party=True, audiences=["clavis-registry"])
    token = (await world.tokens("portal"))["access_token"]
    assert token.count(".") == 2
    auth = ("portal", SECRET)
    described = await world.http.post("/introspect", data={"token": token}, auth=auth)
    assert described.json()["active"]
    await world.http.post("/revoke", data={"token": token}, auth=auth)
    assert (await world.userinfo(token)).status_code == 401


async def test_an_id_token_opens_nothing(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    assert (await world.userinfo(tokens["id_token"])).status_code == 401


async def test_a_suspended_client_loses_its_tokens_at_once(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    await world.register(status="suspended")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).status_code == 401
