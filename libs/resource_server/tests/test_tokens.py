"""Which tokens are let in: RFC 9068, RFC 7662, RFC 6750."""

from __future__ import annotations

import asyncio
import base64
import hmac
from typing import Any

import httpx
import pytest
from clavis_resource_server import Provider
from joserfc.jwk import ECKey

from .conftest import API, ISSUER, Client, World, forged


async def test_rfc9068_4_a_good_token_is_let_in(client: Client, world: World) -> None:
    answer = await client.get(world.token())
    assert (answer.status_code, answer.json()) == (200, "alba")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"}, {"aud": "https://other.test"}, {"aud": None}, {"iss": None},
        {"exp": None}, {"exp": "soon"}, {"exp": 1}, {"sub": None}, {"client_id": None},
        {"nbf": 4_000_000_000}, {"aud": ["https://other.test"]}, {"scope": ["read"]},
        {"cnf": {"unknown": "x"}},
    ],
)  # fmt: skip
async def test_rfc9068_4_a_token_that_says_otherwise_is_refused(
    client: Client, world: World, changes: dict[str, Any]
) -> None:
    answer = await client.get(world.token(**changes))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("typ", ["JWT", "dpop+jwt", "logout+jwt", ""])
async def test_rfc9068_4_an_id_token_is_no_access_token(
    client: Client, world: World, typ: str
) -> None:
    assert (await client.get(world.token(header={"typ": typ}))).status_code == 401


async def test_the_long_name_of_the_type_is_as_good(client: Client, world: World) -> None:
    token = world.token(header={"typ": "application/at+jwt"})
    assert (await client.get(token)).status_code == 200


async def test_algorithms_are_never_the_tokens_choice(client: Client, world: World) -> None:
    token = world.token()
    kid = world.key.thumbprint()
    assert (await client.get(forged(token, alg="none", typ="at+jwt", kid=kid))).status_code == 401
    # The public key as the secret of a MAC: what a verifier that trusts the header falls for.
    header = {"alg": "HS256", "typ": "at+jwt", "kid": kid}
    signed = forged(token, **header)
    mac = hmac.new(world.key.as_pem(private=False), signed[:-1].encode(), "sha256").digest()
    confused = signed + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert (await client.get(confused)).status_code == 401
    for algorithm in ("none", "HS256"):
        with pytest.raises(ValueError, match="asymmetric"):
            Provider(ISSUER, API, algorithms=(algorithm,))


async def test_a_key_of_somebody_elses_verifies_nothing(client: Client, world: World) -> None:
    stranger = ECKey.generate_key("P-256")
    assert (await client.get(world.token(stranger))).status_code == 401
    named = world.token(stranger, header={"kid": world.key.thumbprint()})
    assert (await client.get(named)).status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "a" * 20_000, "é", "a.b.c.d.e"])
async def test_nonsense_is_refused(client: Client, token: str) -> None:
    answer = await client.http.get(
        "/records", headers={"Authorization": f"Bearer {token}".encode()}
    )
    assert answer.status_code == 401


async def test_rfc6750_3_1_without_a_token_no_error_is_told(client: Client) -> None:
    answer = await client.get()
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("Bearer")
    assert "error" not in challenge
    assert f'resource_metadata="{API}/.well-known/oauth-protected-resource"' in challenge


@pytest.mark.parametrize("value", ["Basic abc", "Bearer", "Bearer a b", "nonsense"])
async def test_rfc6750_2_1_another_way_of_sending_is_no_request(client: Client, value: str) -> None:
    answer = await client.http.get("/records", headers={"Authorization": value})
    assert answer.status_code == 400
    in_query = await client.http.get("/records?access_token=abc")
    assert in_query.status_code == 401


async def test_rfc6750_3_1_a_scope_too_little(client: Client, world: World) -> None:
    answer = await client.get(world.token(scope="other"))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'scope="read"' in answer.headers["www-authenticate"]


async def test_keys_are_fetched_once_for_many_requests(client: Client, world: World) -> None:
    answers = await asyncio.gather(*(client.get(world.token()) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert world.asked.count("/jwks") == 1


async def test_a_new_key_is_found_and_an_invented_one_is_not_sought_for_ever(
    client: Client, world: World
) -> None:
    assert (await client.get(world.token())).status_code == 200
    rotated = ECKey.generate_key("P-256")
    world.publish(world.key, rotated)
    world.now += 11
    assert (await client.get(world.token(rotated))).status_code == 200
    fetched = world.asked.count("/jwks")
    for _ in range(5):
        assert (await client.get(world.token(ECKey.generate_key("P-256")))).status_code == 401
    assert world.asked.count("/jwks") == fetched


async def test_the_last_keys_serve_a_day_and_then_nothing_is_let_in(
    client: Client, world: World
) -> None:
    assert (await client.get(world.token())).status_code == 200
    world.down = True
    world.now += 3600
    assert (await client.get(world.token())).status_code == 200
    world.now += 24 * 3600
    for _ in range(2):
        answer = await client.get(world.token())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    world.down = False
    world.now += 11
    assert (await client.get(world.token())).status_code == 200


async def test_metadata_of_another_issuer_is_refused(client: Client, world: World) -> None:
    world.issuer_told = "https://evil.test"
    assert (await client.get(world.token())).status_code == 503


async def test_rfc7662_an_opaque_token_is_asked_about(client: Client, world: World) -> None:
    world.opaque["opaque"] = world.claims() | {"active": True}
    assert (await client.get("opaque")).status_code == 200
    world.opaque["untold"] = world.claims(aud=None) | {"active": True}
    assert (await client.get("untold")).status_code == 200, "the provider has judged it ours"
    world.opaque["elsewhere"] = world.claims(aud="https://other.test") | {"active": True}
    world.opaque["string"] = world.claims() | {"active": "true"}
    for token in ("unknown", "elsewhere", "string"):
        assert (await client.get(token)).status_code == 401
    world.down = True
    assert (await client.get("opaque")).status_code == 503


async def test_without_a_way_to_ask_an_opaque_token_is_refused(world: World) -> None:
    server = world.server(provider=Provider(ISSUER, API))
    transport = httpx.ASGITransport(app=world.app(server))
    async with httpx.AsyncClient(transport=transport, base_url=API) as http:
        assert (await Client(world, http).get("opaque")).status_code == 401
    assert world.asked == []
    await server.close()


async def test_rfc9728_3_the_api_says_what_it_needs(client: Client) -> None:
    document = (await client.http.get("/.well-known/oauth-protected-resource")).json()
    assert document["resource"] == API
    assert document["authorization_servers"] == [ISSUER]
    assert document["scopes_supported"] == ["read"]
