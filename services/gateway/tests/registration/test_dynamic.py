"""Dynamic registration (RFC 7591), over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from clavis_gateway.store import initial_access_tokens, relying_parties, testers
from clavis_gateway.store.testers import Entry
from clavis_kit.ids import new_id

from services.gateway.tests.oidc.gateway_world import REDIRECT, World
from services.gateway.tests.registration.dynamic_world import (
    FAPI,
    KEY,
    METADATA,
    bearer,
    post,
    registered,
    token,
)


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
