"""Signing keys: published before use, kept after, never readable in the database."""

from __future__ import annotations

import secrets

import pytest
from clavis_gateway.oidc.keys import KeyEncryptionError, KeyRing

from services.gateway.tests.oidc.gateway_world import ISSUER, World, page_code


async def test_discovery_3_the_document_fits_the_issuer(world: World) -> None:
    for path in ("openid-configuration", "oauth-authorization-server"):
        document = (await world.http.get(f"/.well-known/{path}")).json()
        assert document["issuer"] == ISSUER
        assert "RS256" in document["id_token_signing_alg_values_supported"]
        assert document["code_challenge_methods_supported"] == ["S256"]
        assert document["authorization_response_iss_parameter_supported"] is True
        endpoints = [url for name, url in document.items() if name.endswith(("_endpoint", "_uri"))]
        assert len(endpoints) == 8
        for url in endpoints:
            response = await world.http.get(url.removeprefix(ISSUER))
            assert response.status_code != 404, url


async def test_core_10_1_1_rotation_leaves_no_token_unreadable(world: World) -> None:
    await world.register()
    hint = (await world.tokens())["id_token"]
    published = {key["kid"] for key in (await world.jwks())["keys"]}
    await world.deps.keys.rotate()
    await world.deps.keys.load()
    after = {key["kid"] for key in (await world.jwks())["keys"]}
    assert published < after, "retired keys stay published"
    assert world.deps.keys.verify(hint) is not None
    fresh = (await world.tokens(prompt="login"))["id_token"]
    verified = world.deps.keys.verify(fresh)
    assert verified is not None
    assert verified[0]["kid"] in published, "it had been published before it signed"


async def test_no_private_half_is_published_or_readable_at_rest(world: World) -> None:
    keys = (await world.jwks())["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    assert all(not {"d", "p", "q"} & key.keys() for key in keys)
    other = KeyRing(world.deps.pool, world.clock, secrets.token_bytes(32))
    with pytest.raises(KeyEncryptionError):
        await other.load()


async def test_an_error_page_names_no_secret(world: World) -> None:
    response = await world.authorize("nobody")
    assert page_code(response) == "unknown_client"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
