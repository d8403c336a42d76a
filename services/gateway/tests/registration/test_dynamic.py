"""Dynamic registration (RFC 7591) and management (RFC 7592), over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from clavis_gateway.records import Profile
from clavis_gateway.registration import initial_access
from clavis_gateway.registration.actions import set_state
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import initial_access_tokens, relying_parties, testers
from clavis_gateway.store.testers import Entry
from clavis_kit.ids import new_id
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import REDIRECT, World

KEY = ECKey.generate_key("P-256", {"kid": "one"})
METADATA: dict[str, Any] = {
    "redirect_uris": [REDIRECT],
    "client_name": "Se registra sola",
    "grant_types": ["authorization_code", "refresh_token"],
}
FAPI = METADATA | {
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [KEY.as_dict(private=False)]},
}


async def token(world: World, *, uses: int = 1, profile: Profile = "basic") -> str:
    made = await initial_access.issue(
        world.registrar(), world.deps.pool, label="tests", uses=uses, profile=profile
    )
    return made[1]


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


async def post(world: World, access: str, metadata: Any = METADATA) -> httpx.Response:
    return await world.http.post("/connect/register", json=metadata, headers=bearer(access))


async def registered(world: World, metadata: Any = METADATA) -> dict[str, Any]:
    answer = await post(world, await token(world), metadata)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def path(client: dict[str, Any]) -> str:
    return f"/connect/register/{client['client_id']}"


async def put(world: World, client: dict[str, Any], **changes: Any) -> httpx.Response:
    sent = {"client_id": client["client_id"], **METADATA} | changes
    access = bearer(client["registration_access_token"])
    return await world.http.put(path(client), json=sent, headers=access)


async def test_rfc7591_3_2_1_the_answer_holds_what_was_registered(world: World) -> None:
    answer = await post(world, await token(world))
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert body["redirect_uris"] == [REDIRECT]
    assert body["token_endpoint_auth_method"] == "client_secret_basic"
    assert body["client_secret_expires_at"] == 0
    assert len(body["client_secret"]) >= 43
    assert body["client_id_issued_at"] == int(world.clock.now().timestamp())
    assert body["registration_client_uri"].endswith("/connect/register/" + body["client_id"])
    assert body["state"] == "test"
    discovered = (await world.http.get("/.well-known/openid-configuration")).json()
    assert discovered["registration_endpoint"].endswith("/connect/register")


async def test_what_is_registered_works_for_its_testers(world: World) -> None:
    client, tester = await registered(world), new_id()
    response = await world.authorize(client["client_id"])
    assert (await world.complete(response, new_id())).error == "access_denied"
    async with world.deps.pool.acquire() as connection:
        entry = Entry("subject", tester, world.clock.now(), "tests")
        await testers.add(connection, client["client_id"], entry)
    code = await world.code(client["client_id"], tester, prompt="login")
    auth = (client["client_id"], client["client_secret"])
    assert (await world.exchange(code, auth=auth)).status_code == 200


async def test_rfc7591_3_nobody_registers_without_an_initial_access_token(world: World) -> None:
    await registered(world)
    for headers in ({}, bearer("wrong"), {"Authorization": "Basic eDp5"}):
        refused = await world.http.post("/connect/register", json=METADATA, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_an_initial_access_token_has_its_uses_its_time_and_an_end(world: World) -> None:
    once = await token(world)
    assert [(await post(world, once)).status_code for _ in range(2)] == [201, 401]
    late, revoked = await token(world), await token(world)
    kept = await initial_access_tokens.listed(world.deps.pool)
    by_use = [kept_token for kept_token in kept if kept_token.uses_left]
    assert len(by_use) == 2
    world.clock.advance(timedelta(days=8))
    assert (await post(world, late)).status_code == 401
    world.clock.advance(timedelta(days=-8))
    for kept_token in by_use:
        assert await initial_access_tokens.revoke(
            world.deps.pool, kept_token.token_id, world.clock.now()
        )
    assert (await post(world, revoked)).status_code == 401


async def test_of_many_at_once_as_many_register_as_the_token_allows(world: World) -> None:
    access = await token(world, uses=3)
    answers = await asyncio.gather(*(post(world, access) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [401] * 5
    kept = await relying_parties.listed(world.deps.pool, managed_by="dynamic")
    assert len(kept) == 3


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uris": ["https://rp.test/cb#fragment"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["http://rp.test/cb"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://user@rp.test/cb"]}, "invalid_redirect_uri"),
    ({"redirect_uris": [7]}, "invalid_redirect_uri"),
    ({"redirect_uris": None}, "invalid_redirect_uri"),
    ({"grant_types": ["password"]}, "invalid_client_metadata"),
    ({"response_types": ["token"]}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ({"logo_uri": "http://rp.test/logo"}, "invalid_client_metadata"),
    ({"policy_uri": 7}, "invalid_client_metadata"),
    ({"tos_uri#es": "ftp://rp.test/tos"}, "invalid_client_metadata"),
    ({"client_name": {"es": "x"}}, "invalid_client_metadata"),
    ({"jwks": FAPI["jwks"], "jwks_uri": "https://rp.test/jwks"}, "invalid_client_metadata"),
    ({"jwks": {"keys": [KEY.as_dict(private=True)]}}, "invalid_client_metadata"),
    ({"contacts": ["nobody"]}, "invalid_client_metadata"),
    ({"profile": "none"}, "invalid_client_metadata"),
    ({"default_max_age": -1}, "invalid_client_metadata"),
    ({"software_statement": "e30.e30."}, "unapproved_software_statement"),
]


async def test_rfc7591_3_2_2_what_is_refused_and_with_which_code(world: World) -> None:
    access = await token(world)
    for changes, code in REFUSED:
        refused = await post(world, access, METADATA | changes)
        assert (refused.status_code, refused.json()["error"]) == (400, code), (changes, code)
        assert refused.json()["error_description"].isascii()
    assert (await post(world, access)).status_code == 201, "a refusal uses nothing up"


BODIES = [
    ("text/plain", b"{}"),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b'{"a": 1, "a": 2}'),
    ("application/json", b"[" * 500),
]


async def test_a_body_that_is_no_object_is_refused(world: World) -> None:
    access = await token(world)
    for kind, body in BODIES:
        headers = bearer(access) | {"Content-Type": kind}
        refused = await world.http.post("/connect/register", content=body, headers=headers)
        answer = (refused.status_code, refused.json()["error"])
        assert answer == (400, "invalid_client_metadata"), body


async def test_rfc7591_2_what_is_not_understood_or_not_its_to_say_is_ignored(world: World) -> None:
    sent = METADATA | {
        "first_party": True, "minimum_loa": "high", "state": "production", "client_id": "portal",
        "client_secret": "chosen-by-me-" + "x" * 40, "unheard_of": {"a": 1}, "client_name#es": "Ü",
    }  # fmt: skip
    body = await registered(world, sent)
    assert body["client_id"] != "portal"
    assert body["client_secret"] != sent["client_secret"]
    assert "unheard_of" not in body
    assert body["client_name#es"] == "Ü"
    found = await relying_parties.find(world.deps.pool, body["client_id"])
    assert found is not None
    assert not found.party.first_party
    assert found.party.in_test


async def test_the_token_is_the_ceiling_of_the_profile(world: World) -> None:
    strict = await token(world, uses=4, profile="fapi2")
    assert (await post(world, strict)).status_code == 400
    assert (await post(world, strict, FAPI | {"profile": "basic"})).status_code == 400
    body = (await post(world, strict, FAPI)).json()
    assert body["profile"] == "fapi2"
    assert "client_secret" not in body
    loose = await token(world)
    assert (await post(world, loose, FAPI | {"profile": "fapi2"})).json()["profile"] == "fapi2"


async def test_registration_5_the_sector_is_read_and_must_name_every_redirect_uri(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [REDIRECT, "https://other.test/cb"]

    def sector(request: httpx.Request) -> httpx.Response:
        assert request.url == "https://sector.test/uris.json"
        return httpx.Response(200, json=listed)

    outside = httpx.AsyncClient(transport=httpx.MockTransport(sector))
    object.__setattr__(world.deps, "outbound", outside)
    sent = METADATA | {
        "redirect_uris": listed, "sector_identifier_uri": "https://sector.test/uris.json",
    }  # fmt: skip
    body = await registered(world, sent)
    found = await relying_parties.find(world.deps.pool, body["client_id"])
    assert found is not None
    assert found.party.sector == "sector.test"
    listed.pop()
    refused = await post(
        world, await token(world), sent | {"redirect_uris": [REDIRECT, "https://x.test/"]}
    )
    assert refused.json()["error"] == "invalid_client_metadata"
    several = await post(
        world, await token(world), METADATA | {"redirect_uris": [*listed, "https://x.test/"]}
    )
    assert several.status_code == 400, "several hosts need a sector"


async def test_nothing_inside_is_named_as_an_address_to_call(world: World) -> None:
    access = await token(world)
    for member in ("sector_identifier_uri", "jwks_uri", "backchannel_logout_uri"):
        for inside in ("http://rp.test/x", "https://169.254.169.254/x", "https://[fd00::1]/x"):
            refused = await post(world, access, METADATA | {member: inside})
            assert refused.json()["error"] == "invalid_client_metadata", (member, inside)
            assert refused.json()["error_description"].startswith(member)


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
