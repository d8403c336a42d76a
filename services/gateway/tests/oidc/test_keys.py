"""Signing keys: published before use, kept after, never readable in the database."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clavis_gateway.oidc.jose import at_hash
from clavis_gateway.oidc.keys import KEY_AGE, KeyEncryptionError, KeyRing
from clavis_gateway.oidc.metadata import JWKS_CACHE_SECONDS, SIGNING_ALGS
from clavis_gateway.rules.key_rotation import RotationPolicy
from clavis_gateway.settings import GatewaySettings
from clavis_testkit.service_databases import Database
from cryptography.exceptions import InvalidSignature
from jose import jwt as python_jose
from pydantic import ValidationError

from services.gateway.tests.oidc.conftest import running_gateway
from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World, page_code
from services.gateway.tests.oidc.independent import round_trips, verified

# What the ring of a world follows; a shared database must not age with the tests.
POLICY = RotationPolicy()


async def test_discovery_3_the_document_fits_the_issuer(world: World) -> None:
    for path in ("openid-configuration", "oauth-authorization-server"):
        document = (await world.http.get(f"/.well-known/{path}")).json()
        assert document["issuer"] == ISSUER
        assert set(document["id_token_signing_alg_values_supported"]) == set(SIGNING_ALGS)
        assert document["code_challenge_methods_supported"] == ["S256"]
        assert document["authorization_response_iss_parameter_supported"] is True
        endpoints = [
            url
            for name, url in document.items()
            if name.endswith(("_endpoint", "_uri")) and isinstance(url, str)
        ]
        assert len(endpoints) >= 8
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


class RelyingPartyCache:
    """Verifies with another library, and fetches the key set no more often than it must."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fetched_at = 0.0
        self.keys: dict[str, dict[str, str]] = {}

    async def verify(self, token: str) -> None:
        now = self.world.clock.now().timestamp()
        if now - self.fetched_at >= JWKS_CACHE_SECONDS:
            response = await self.world.http.get("/jwks")
            assert response.headers["cache-control"] == f"public, max-age={JWKS_CACHE_SECONDS}"
            self.keys = {key["kid"]: key for key in response.json()["keys"]}
            self.fetched_at = now
        header = python_jose.get_unverified_header(token)
        python_jose.decode(
            token, self.keys[header["kid"]], algorithms=[header["alg"]],
            options={"verify_exp": False, "verify_aud": False, "verify_at_hash": False},
        )  # fmt: skip


async def test_core_10_1_1_two_instances_rotate_once_and_no_token_fails(
    world: World, gateway_database: Database, gateway_keys: dict[str, Path]
) -> None:
    """Two gateways issue all the time; one relying party holds its key set as long as it may."""
    await world.deps.keys.rotate()  # the database is shared: no key is older than this test
    async with running_gateway(gateway_database, gateway_keys, world.clock, world.peer) as other:
        await world.register(
            "machine", grant_types=["client_credentials"], redirect_uris=[], scope="x",
            audiences=["https://api.test"],
        )  # fmt: skip
        party, current, seen = RelyingPartyCache(other), None, set()
        verified = 0
        for step in range(24):
            # Each of the two reads the keys at its own time, as their timers would.
            if step % 3 == 0:
                await asyncio.gather(world.deps.keys.load(), other.deps.keys.load())
            for issuing, opposite in ((world, other), (other, world)):
                response = await issuing.http.post(
                    "/token", data={"grant_type": "client_credentials"}, auth=("machine", SECRET)
                )
                token = response.json()["access_token"]
                await party.verify(token)
                answer = await opposite.http.post(
                    "/introspect", data={"token": token}, auth=("machine", SECRET)
                )
                assert answer.json()["active"], "the other instance verifies it too"
                verified += 1
                current = python_jose.get_unverified_header(token)["kid"]
            seen.add(current)
            world.clock.advance(POLICY.rotate_after / 8)
        assert verified == 48
        assert len(seen) >= 3, "keys turned while tokens were issued"
        rows = await world.deps.pool.fetch(
            "SELECT alg, state, count(*) AS held FROM signing_key GROUP BY alg, state"
        )
        held = {(row["alg"], row["state"]): row["held"] for row in rows}
        assert all(held[alg, state] == 1 for alg in SIGNING_ALGS for state in ("active", "next"))


async def test_of_two_processes_that_find_a_key_too_old_one_rotates(
    world: World, gateway_keys: dict[str, Path]
) -> None:
    raw = gateway_keys["key_encryption_key_file"].read_bytes()
    await world.deps.keys.rotate()  # the database is shared: no key is older than this test
    rings = [KeyRing(world.deps.pool, world.clock, raw) for _ in range(5)]
    before = await world.deps.pool.fetchval("SELECT count(*) FROM signing_key")
    await asyncio.gather(*(ring.load() for ring in rings))
    world.clock.advance(timedelta(days=400))
    await asyncio.gather(*(ring.load() for ring in rings))
    made = await world.deps.pool.fetchval(
        "SELECT count(*) FROM signing_key WHERE created_at = $1", world.clock.now()
    )
    assert made == len(SIGNING_ALGS), f"one new key for each algorithm, {before} before"
    assert len({ring.published for ring in rings}) == 1
    for ring in rings:
        ring.close()


async def test_a_key_made_elsewhere_is_looked_up_once(
    world: World, gateway_keys: dict[str, Path]
) -> None:
    raw = gateway_keys["key_encryption_key_file"].read_bytes()
    elsewhere = KeyRing(world.deps.pool, world.clock, raw)
    await elsewhere.rotate()
    world.clock.advance(POLICY.publish_ahead)
    assert await elsewhere.rotate(), "the next keys had been published long enough"
    assert not await elsewhere.rotate(), "those had been made a moment ago, and it says so"
    token = elsewhere.sign_now("ES256", {"iss": ISSUER})
    assert world.deps.keys.verify(token) is None
    await world.deps.keys.learn(token)
    assert world.deps.keys.verify(token) is not None
    header = python_jose.get_unverified_header(token) | {"kid": "x" * 43}
    stranger = python_jose.encode({}, "k" * 32, algorithm="HS256", headers=header)
    async with round_trips(world.deps.pool) as reads:
        for _ in range(5):
            await world.deps.keys.learn(stranger)
            assert world.deps.keys.verify(stranger) is None
    assert len(reads) == 1, "nobody makes us read the keys again and again"
    elsewhere.close()


async def test_no_private_half_is_published_or_readable_at_rest(world: World) -> None:
    keys = (await world.jwks())["keys"]
    assert {key["alg"] for key in keys} == set(SIGNING_ALGS)
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(not {"d", "p", "q"} & key.keys() for key in keys)
    other = KeyRing(world.deps.pool, world.clock, secrets.token_bytes(32))
    with pytest.raises(KeyEncryptionError):
        await other.load()


async def test_the_age_of_each_current_key_is_measured(world: World) -> None:
    await world.deps.keys.rotate()
    world.clock.advance(timedelta(hours=3))
    await world.deps.keys.load()
    for alg in SIGNING_ALGS:
        assert KEY_AGE.labels(alg)._value.get() == 3 * 3600


@pytest.mark.parametrize(
    "wrong",
    [
        {"signing_key_publish_seconds": JWKS_CACHE_SECONDS},
        {"signing_key_retired_seconds": 8 * 3600},
        {"signing_key_rotate_seconds": 3600},
    ],
)
def test_core_10_1_1_settings_that_would_leave_a_gap_stop_the_start(
    gateway_keys: dict[str, Path], wrong: dict[str, int]
) -> None:
    values: dict[str, Any] = {
        "database_url": "postgresql://x", "kafka_bootstrap": "x:1", "public_url": ISSUER,
        "registry_url": "http://x", "pin_url": "http://x", "permanent_url": "http://x",
        **gateway_keys, **wrong,
    }  # fmt: skip
    with pytest.raises(ValidationError, match="signing_key"):
        GatewaySettings(**values)


async def test_an_error_page_names_no_secret(world: World) -> None:
    response = await world.authorize("nobody")
    assert page_code(response) == "unknown_client"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("alg", SIGNING_ALGS)
async def test_every_algorithm_signs_what_another_library_reads(world: World, alg: str) -> None:
    await world.register(id_token_signed_response_alg=alg)
    token = (await world.tokens())["id_token"]
    claims = verified(token, await world.jwks())
    assert (claims["iss"], claims["aud"]) == (ISSUER, "demo-web")
    head, body, signature = token.split(".")
    forged = ".".join([head, body, signature[:-8] + "AAAAAAAA"])
    with pytest.raises(InvalidSignature):
        verified(forged, await world.jwks())


def test_openid_core_3_1_3_6_the_hash_is_that_of_the_algorithm() -> None:
    token = "an access token"
    half = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16])
    assert at_hash(token, "ES256") == half.rstrip(b"=").decode()
    half = base64.urlsafe_b64encode(hashlib.sha512(token.encode()).digest()[:32])
    assert at_hash(token, "EdDSA") == half.rstrip(b"=").decode(), "Ed25519 hashes with SHA-512"
