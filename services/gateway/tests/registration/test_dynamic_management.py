"""What a client that registered itself does with its registration (RFC 7592), over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from clavis_gateway.registration.actions import set_state
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import relying_parties
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.registration.dynamic_world import (
    FAPI,
    METADATA,
    bearer,
    path,
    put,
    registered,
)


async def test_rfc7592_2_1_reading(world: World) -> None:
    client = await registered(world)
    access = bearer(client["registration_access_token"])
    read = await world.http.get(path(client), headers=access)
    assert read.status_code == 200
    same = {name: client[name] for name in client if not name.startswith("client_secret")}
    assert read.json() == same, "a secret is shown once"
    for headers in ({}, bearer("wrong")):
        assert (await world.http.get(path(client), headers=headers)).status_code == 401
    other = await registered(world)
    assert (await world.http.get(path(other), headers=access)).status_code == 401
    assert (await world.http.get("/connect/register/nobody", headers=access)).status_code == 401


async def test_rfc7592_2_2_an_update_replaces_all_and_spends_its_token(world: World) -> None:
    client = await registered(world, METADATA | {"tos_uri": "https://rp.test/tos"})
    updated = await put(world, client, client_name="Otra")
    body = updated.json()
    assert updated.status_code == 200, updated.text
    assert (body["client_name"], "tos_uri" in body) == ("Otra", False)
    assert body["registration_access_token"] != client["registration_access_token"]
    assert "client_secret" not in body, "the secret goes on"
    assert (await put(world, client)).status_code == 401
    assert (await put(world, client | body)).status_code == 200


async def test_of_two_updates_with_one_token_one_is_done(world: World) -> None:
    client = await registered(world)
    names = [f"Nombre {number}" for number in range(4)]
    answers = await asyncio.gather(*(put(world, client, client_name=name) for name in names))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


WRONG_UPDATES: list[dict[str, Any]] = [
    {"client_id": "another"},
    {"client_secret": "mine-" + "x" * 40},
    {"client_secret_expires_at": 0},
    {"registration_access_token": "x"},
    {"redirect_uris": ["https://rp.test/#x"]},
    {"profile": "loose"},
]


async def test_rfc7592_2_2_an_update_cannot_say_everything(world: World) -> None:
    client = await registered(world)
    for changes in WRONG_UPDATES:
        assert (await put(world, client, **changes)).status_code == 400, changes
    assert (await put(world, client, client_secret=client["client_secret"])).status_code == 200


async def test_an_update_leaves_what_the_operator_decided(world: World) -> None:
    client = await registered(world)
    await world.deps.pool.execute("UPDATE relying_party SET minimum_loa = 2, sso_allowed = false")
    assert (await put(world, client, client_name="Otra")).status_code == 200
    found = await relying_parties.find(world.deps.pool, client["client_id"])
    assert found is not None
    assert (int(found.party.minimum_loa), found.party.sso_allowed) == (2, False)


async def test_in_production_only_keys_and_contacts_are_its_own_affair(world: World) -> None:
    client = await registered(world, FAPI)
    found = await relying_parties.find(world.deps.pool, client["client_id"])
    assert found is not None
    await set_state(world.registrar(), world.deps.pool, found, State.PRODUCTION)
    moved = FAPI | {"redirect_uris": ["https://elsewhere.test/cb"]}
    refused = await put(world, client, **moved)
    assert "operator" in refused.json()["error_description"]
    new = ECKey.generate_key("P-256", {"kid": "two"}).as_dict(private=False)
    allowed = await put(
        world, client, **FAPI | {"jwks": {"keys": [new]}, "contacts": ["a@rp.example"]}
    )  # fmt: skip
    assert allowed.status_code == 200, allowed.text


async def test_rfc7592_2_3_a_deleted_one_is_gone_with_all_it_gave(world: World) -> None:
    client = await registered(world)
    access = bearer(client["registration_access_token"])
    assert (await world.http.delete(path(client), headers=access)).status_code == 204
    assert (await world.http.get(path(client), headers=access)).status_code == 401
    assert (await world.http.delete(path(client), headers=access)).status_code == 401
    auth = (client["client_id"], client["client_secret"])
    assert (await world.exchange("x", auth=auth)).json()["error"] == "invalid_client"
    history = await relying_parties.changes(world.deps.pool, client["client_id"])
    assert [change.action for change in history] == ["deregister", "register"]
    assert history[1].actor.startswith("token:")
