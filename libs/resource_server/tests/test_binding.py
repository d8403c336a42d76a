"""Tokens bound to a key: RFC 9449, RFC 8705, RFC 7800."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from clavis_resource_server import MemoryReplays, Provider, certificate_header
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from starlette.requests import Request

from .conftest import API, ISSUER, Client, World


async def test_rfc9449_7_1_a_proof_by_the_key_opens(client: Client, world: World) -> None:
    token = world.token(cnf=world.bound)
    assert (await client.proved(token, world.proof(token))).status_code == 200


async def test_rfc9449_7_2_a_bound_token_is_no_bearer_token(client: Client, world: World) -> None:
    token = world.token(cnf=world.bound)
    answer = await client.get(token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert 'algs="ES256' in answer.headers["www-authenticate"]
    bare = world.token()
    assert (await client.proved(bare, world.proof(bare))).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "POST"}, {"htu": f"{API}/other"}, {"htu": "https://evil.test/records"},
        {"htu": None}, {"ath": "x"}, {"ath": None}, {"jti": None}, {"jti": ""}, {"jti": "x" * 300},
        {"iat": None}, {"iat": "now"}, {"iat": 1}, {"iat": 4_000_000_000},
    ],
)  # fmt: skip
async def test_rfc9449_4_3_a_proof_for_something_else_proves_nothing(
    client: Client, world: World, changes: dict[str, Any]
) -> None:
    token = world.token(cnf=world.bound)
    answer = await client.proved(token, world.proof(token, **changes))
    assert answer.status_code == 401
    assert 'error="invalid_dpop_proof"' in answer.headers["www-authenticate"]


async def test_rfc9449_4_3_the_key_must_be_the_one_of_the_token(
    client: Client, world: World
) -> None:
    token = world.token(cnf=world.bound)
    proof = world.proof(token, key=ECKey.generate_key("P-256"))
    assert (await client.proved(token, proof)).status_code == 401


async def test_rfc9449_4_3_query_and_default_port_do_not_matter(
    client: Client, world: World
) -> None:
    token = world.token(cnf=world.bound)
    proof = world.proof(token, htu="HTTPS://api.test:443/records?x=1")
    assert (await client.proved(token, proof, "/records?page=2")).status_code == 200


async def test_rfc9449_11_1_of_one_proof_sent_many_times_one_works(
    client: Client, world: World
) -> None:
    token = world.token(cnf=world.bound)
    proof = world.proof(token)
    answers = await asyncio.gather(*(client.proved(token, proof) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_two_proofs_at_once_are_no_proof(client: Client, world: World) -> None:
    token = world.token(cnf=world.bound)
    headers = [("Authorization", f"DPoP {token}")]
    headers += [("DPoP", world.proof(token)), ("DPoP", world.proof(token))]
    assert (await client.http.get("/records", headers=headers)).status_code == 401


async def test_the_memory_of_proofs_is_bounded_and_forgets_in_time() -> None:
    clock = [0.0]
    replays = MemoryReplays(lambda: clock[0], most=2)
    assert await replays.first_use("a", 10)
    assert await replays.first_use("b", 20)
    assert not await replays.first_use("c", 30), "full: nothing is forgotten to make room"
    clock[0] = 10
    assert await replays.first_use("c", 30)
    assert not await replays.first_use("b", 20)
    assert await replays.first_use("a", 40) is False


async def test_where_only_bound_tokens_are_accepted_a_bearer_token_is_not(world: World) -> None:
    server = world.server(provider=Provider(ISSUER, API, bound_only=True))
    transport = httpx.ASGITransport(app=world.app(server))
    async with httpx.AsyncClient(transport=transport, base_url=API) as http:
        client = Client(world, http)
        assert (await client.get(world.token())).status_code == 401
        token = world.token(cnf=world.bound)
        assert (await client.proved(token, world.proof(token))).status_code == 200
    await server.close()


def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7)
    dated = builder.not_valid_before(start).not_valid_after(start + timedelta(days=9))
    made = dated.sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def thumbprint(der: bytes) -> dict[str, str]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    return {"x5t#S256": digest}


async def test_rfc8705_3_the_certificate_must_be_the_one_of_the_token(
    client: Client, world: World
) -> None:
    mine, other = certificate(), certificate()
    token = world.token(cnf=thumbprint(mine))
    for found, status in ((mine, 200), (other, 401), (None, 401), (b"nonsense", 401)):
        world.certificate = found
        assert (await client.get(token)).status_code == status


def request(headers: list[tuple[str, str]], source: str) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "headers": raw, "client": (source, 1)})


def test_rfc9440_the_header_counts_only_from_the_terminator() -> None:
    find = certificate_header((ip_network("10.0.0.0/8"),))
    der = certificate()
    value = f":{base64.b64encode(der).decode()}:"
    assert find(request([("Client-Cert", value)], "10.1.2.3")) == der
    assert find(request([("Client-Cert", value)], "192.0.2.1")) is None
    assert find(request([("Client-Cert", value), ("Client-Cert", value)], "10.1.2.3")) is None
    for broken in ("", ":", "::x", value[1:], value[:-1], ":%%%:"):
        assert not find(request([("Client-Cert", broken)], "10.1.2.3"))
