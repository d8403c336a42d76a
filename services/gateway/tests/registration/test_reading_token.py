"""The reading token: it opens the refusal log of one relying party to its technical contact."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

import httpx
import pytest
from clavis_gateway import maintenance
from clavis_gateway.registration import actions, reading_token
from clavis_gateway.registration.reading_token import MAXIMUM_LIFE
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import reading_tokens, relying_parties
from clavis_gateway.store.relying_parties import Registration

from services.gateway.tests.oidc.gateway_world import SECRET, World
from services.gateway.tests.registration import dynamic_world
from services.gateway.tests.registration.dynamic_world import bearer, path, registered
from services.gateway.tests.registration.operator_world import RELYING_PARTIES

AUTH = ("demo-web", SECRET)
ADDRESS = f"{RELYING_PARTIES}/app/reading-token"


async def public_client(world: World, client_id: str = "app") -> None:
    await world.register(client_id, token_endpoint_auth_method="none", client_secret=None)


async def found(world: World, client_id: str = "app") -> Registration:
    registration = await relying_parties.find(world.deps.pool, client_id)
    assert registration is not None
    return registration


async def made(world: World, client_id: str = "app", **life: Any) -> str:
    registrar, registration = world.registrar(), await found(world, client_id)
    return (await reading_token.issue(registrar, world.deps.pool, registration, **life))[1]


async def read(world: World, token: str, client_id: str | None = "app") -> httpx.Response:
    await world.deps.refusals.flush()
    query = {"client_id": client_id} if client_id else {}
    return await world.http.get("/rp/refusals", params=query, headers=bearer(token))


def rules(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["rule"] for one in answer.json()["refusals"]]


async def test_the_contact_of_a_public_client_reads_why_it_is_refused(world: World) -> None:
    await public_client(world)
    await world.authorize("app", max_age="soon")
    token = await made(world)
    assert len(token) >= 43
    answer = await read(world, token)
    assert rules(answer) == ["max_age"]
    assert answer.headers["cache-control"] == "no-store"
    posted = await world.http.post("/rp/refusals", data={"client_id": "app"}, headers=bearer(token))
    assert rules(posted) == ["max_age"]
    filtered = {"client_id": "app", "rule": "scope"}
    none = await world.http.get("/rp/refusals", params=filtered, headers=bearer(token))
    assert rules(none) == []


async def test_the_contact_of_any_other_client_needs_no_credential_of_it(world: World) -> None:
    await world.register()
    assert rules(await read(world, await made(world, "demo-web"), "demo-web")) == []


async def test_every_other_token_is_refused_alike_and_told_to_the_client(world: World) -> None:
    await public_client(world)
    await public_client(world, "other")
    token, others = await made(world), await made(world, "other")
    asked = [(token + "x", "app"), ("", "app"), (others, "app"), (token, "other"),
             (token, "nobody"), (token, None)]  # fmt: skip
    for offered, client_id in asked:
        refused = await read(world, offered, client_id)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    told = (await read(world, token)).json()["refusals"]
    assert [(one["rule"], one["authenticated"]) for one in told] == [("reading_token", False)] * 3
    assert token not in str(told)


async def test_a_row_that_is_moved_to_another_client_opens_nothing(world: World) -> None:
    await public_client(world)
    await public_client(world, "other")
    token = await made(world)
    await world.deps.pool.execute("UPDATE reading_token SET client_id = 'other'")
    assert (await read(world, token, "other")).status_code == 401


async def test_it_ends_with_its_time_a_new_one_and_its_revocation(world: World) -> None:
    await public_client(world)
    first = await made(world, life=timedelta(hours=1))
    world.clock.advance(timedelta(minutes=59))
    assert (await read(world, first)).status_code == 200
    world.clock.advance(timedelta(minutes=1))
    assert (await read(world, first)).status_code == 401
    second = await made(world)
    third = await made(world)
    assert [(await read(world, token)).status_code for token in (second, third)] == [401, 200]
    assert await reading_token.revoke(world.registrar(), world.deps.pool, "app")
    assert (await read(world, third)).status_code == 401
    assert not await reading_token.revoke(world.registrar(), world.deps.pool, "app")


async def test_what_expired_is_forgotten(world: World) -> None:
    await public_client(world)
    await made(world, life=timedelta(hours=1))
    world.clock.advance(timedelta(days=2))
    await maintenance.forget_expired(world.deps.pool, world.clock.now() - maintenance.KEPT)
    assert await reading_tokens.find(world.deps.pool, "app") is None


@pytest.mark.parametrize("life", [timedelta(0), MAXIMUM_LIFE + timedelta(seconds=1)])
async def test_its_life_is_bounded(world: World, life: timedelta) -> None:
    await public_client(world)
    with pytest.raises(ValueError, match="up to 365 days"):
        await made(world, life=life)


async def test_a_suspended_party_still_reads_why_everything_is_refused(world: World) -> None:
    await world.register()
    token = await made(world, "demo-web")
    registration = await found(world, "demo-web")
    await actions.set_state(world.registrar(), world.deps.pool, registration, State("suspended"))
    refused = await world.http.post("/token", data={"grant_type": "authorization_code"}, auth=AUTH)
    assert refused.status_code == 401
    world.clock.advance(timedelta(seconds=1))
    assert (await world.http.get("/rp/refusals", auth=AUTH)).status_code == 401
    told = (await read(world, token, "demo-web")).json()["refusals"]
    assert [(one["endpoint"], one["rule"]) for one in told] == [
        ("/rp/refusals", "client_state"), ("/token", "client_state")
    ]  # fmt: skip


async def test_least_privilege_it_opens_nothing_else(world: World) -> None:
    await world.register()
    token = await made(world, "demo-web")
    held = bearer(token)
    form = {"token": token, "client_id": "demo-web"}
    opened = [
        await world.http.get("/connect/register/demo-web", headers=held),
        await world.http.post("/connect/register", json=dynamic_world.METADATA, headers=held),
        await world.userinfo(token),
        await world.http.post("/introspect", data=form, headers=held),
        await world.http.post("/token", data={"grant_type": "client_credentials"}, headers=held),
        await world.http.get("/rp/refusals", auth=("demo-web", token)),
        await world.http.get(f"{RELYING_PARTIES}/demo-web/refusals", headers=held),
    ]
    assert {answer.status_code for answer in opened} == {401, 404}


async def test_beside_other_credentials_it_is_one_way_too_many(world: World) -> None:
    await world.register()
    held = bearer(await made(world, "demo-web"))
    form = {"client_id": "demo-web", "client_secret": SECRET}
    twice = await world.http.post("/rp/refusals", data=form, headers=held)
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


async def test_both_tokens_are_compared_in_constant_time_whatever_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await public_client(world)
    kept, key, now = None, world.deps.client_secrets, world.clock.now()
    compared: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(reading_token.hmac, "compare_digest", compare)
    assert not reading_token.opens(key, await found(world), kept, "guess", now)
    assert len(compared) == 2
    token = await made(world)
    kept = await reading_tokens.find(world.deps.pool, "app")
    assert kept is not None
    assert reading_token.opens(key, await found(world), kept, token, now)
    assert len(compared) == 4
    assert token not in str(kept)


async def test_rfc7592_3_who_registered_itself_reads_with_its_registration_token(
    world: World,
) -> None:
    client = await registered(world)
    client_id, token = client["client_id"], client["registration_access_token"]
    assert rules(await read(world, token, client_id)) == []
    other = await registered(world)
    assert (await read(world, token, other["client_id"])).status_code == 401
    contacts = await made(world, client_id)
    changed = (await dynamic_world.put(world, client)).json()
    newest = changed["registration_access_token"]
    assert (await read(world, token, client_id)).status_code == 401
    assert rules(await read(world, newest, client_id)) == ["reading_token"]
    assert (await world.http.delete(path(client), headers=bearer(newest))).status_code == 204
    for one in (newest, contacts):
        assert (await read(world, one, client_id)).status_code == 401
    with pytest.raises(ValueError, match="its owner deleted"):
        await made(world, client_id)


async def test_the_operator_makes_shows_and_ends_it(admin: httpx.AsyncClient, world: World) -> None:
    await public_client(world)
    none = await admin.get(ADDRESS)
    assert (none.status_code, none.json()["code"]) == (404, "reading-token-not-found")
    answer = await admin.post(ADDRESS, json={"life_seconds": 3600})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    body = answer.json()
    token = body.pop("reading_token")
    assert rules(await read(world, token)) == []
    assert (await admin.get(ADDRESS)).json() == body
    assert body["created_by"] == "operator:ana"
    assert (await admin.delete(ADDRESS)).status_code == 204
    assert (await read(world, token)).status_code == 401
    assert (await admin.delete(ADDRESS)).status_code == 404
    history = (await admin.get(f"{RELYING_PARTIES}/app/changes")).json()["changes"]
    assert [one["action"] for one in history[:2]] == ["revoke_reading_token", "issue_reading_token"]
    assert token not in str(history)
    for wish in ({"life_seconds": 59}, {"life_seconds": 366 * 86400}, {"who": "me"}):
        assert (await admin.post(ADDRESS, json=wish)).status_code == 422
    assert (await admin.post(ADDRESS.replace("/app/", "/nobody/"), json={})).status_code == 404
    assert (await world.http.post(ADDRESS, json={})).status_code == 404


@pytest.mark.parametrize("query", ["client_id=a&client_id=b", "client_id=%00"])
async def test_a_query_like_a_form_holds_no_parameter_twice_and_no_nul(
    world: World, query: str
) -> None:
    for headers in ({}, bearer("x")):
        refused = await world.http.get(f"/rp/refusals?{query}", headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
