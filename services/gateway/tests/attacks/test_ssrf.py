"""SSRF through the addresses that relying parties name.

Which numbers are refused, in every spelling, is in libs/kit/tests/test_outbound.py; here each of
the three addresses is shown to go through that guard, and to be harmless when the answer of DNS
changes between the check and the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from clavis_kit.clock import FrozenClock
from clavis_kit.outbound import FetchError, fetch_json
from clavis_testkit.patience import until
from clavis_testkit.service_databases import Database

from services.gateway.tests.oidc.conftest import emptied, running_gateway
from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, World
from services.gateway.tests.oidc.peer import Peer

SPELLINGS = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "localhost", "localhost.",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1",
    "192.168.0.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]",
)  # fmt: skip


@dataclass
class Inside:
    """A service inside the network, which nobody outside may reach; and a resolver that turns."""

    port: int
    reached: list[str] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, _: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest_asyncio.fixture
async def inside() -> AsyncIterator[Inside]:
    async def reached(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.reached.append("connected")
        with contextlib.suppress(ConnectionError):
            await reader.read(100)
        writer.close()

    server = await asyncio.start_server(reached, "127.0.0.1", 0)
    made = Inside(server.sockets[0].getsockname()[1])
    async with server:
        yield made


@pytest_asyncio.fixture
async def closed(
    gateway_database: Database, gateway_keys: dict[str, Path], frozen_clock: FrozenClock, peer: Peer
) -> AsyncIterator[World]:
    """A gateway as it runs in production: nothing but public addresses is called."""
    await emptied(gateway_database)
    async with running_gateway(
        gateway_database, gateway_keys, frozen_clock, peer, outbound_loopback=False
    ) as world:
        yield world


def turn(world: World, inside: Inside, *answers: list[str]) -> None:
    """Let names resolve as the attacker's DNS wants."""
    inside.answers = list(answers)
    transport = world.deps.outbound._transport
    transport._pool._network_backend._resolve = inside.resolve  # type: ignore[attr-defined]


async def pushed_with(world: World, jwks_uri: str) -> str:
    client = Fapi(world)
    await world.register(
        client.client_id, client_secret=None, token_endpoint_auth_method="private_key_jwt",
        jwks_uri=jwks_uri,
    )  # fmt: skip
    world.deps.client_keys._entries.clear()
    response = await client.push()
    return str(response.json()["error"])


async def test_jwks_uri_reaches_nothing_inside(closed: World, inside: Inside) -> None:
    for host in SPELLINGS:
        address = f"https://{host}:{inside.port}/jwks"
        assert await pushed_with(closed, address) == "invalid_client", host
    assert inside.reached == []


async def test_jwks_uri_with_a_name_that_turns_inward_reaches_nothing(
    closed: World, inside: Inside
) -> None:
    address = f"https://rp.example:{inside.port}/jwks"
    # Inward at once; inward among others; the second answer inward, when the first was judged.
    turn(closed, inside, ["127.0.0.1"])
    assert await pushed_with(closed, address) == "invalid_client"
    turn(closed, inside, ["192.0.2.1", "127.0.0.1"])
    assert await pushed_with(closed, address) == "invalid_client"
    turn(closed, inside, ["::ffff:127.0.0.1"])
    assert await pushed_with(closed, address) == "invalid_client"
    assert inside.reached == []


async def test_a_name_is_resolved_once_and_what_was_judged_is_what_is_called(
    closed: World, inside: Inside
) -> None:
    turn(closed, inside, ["93.184.215.14"], ["127.0.0.1"])
    connected: list[str] = []
    transport = closed.deps.outbound._transport
    backend = transport._pool._network_backend  # type: ignore[attr-defined]

    async def connect(address: str, *_: object) -> None:
        connected.append(address)
        raise TimeoutError

    backend._inner.connect_tcp = connect
    with contextlib.suppress(FetchError):
        await fetch_json(closed.deps.outbound, f"https://rp.example:{inside.port}/jwks")
    assert (inside.asked, connected) == (["rp.example"], ["93.184.215.14"])


async def test_backchannel_logout_uri_reaches_nothing_inside(closed: World, inside: Inside) -> None:
    await closed.register(backchannel_logout_uri=f"https://rp.example:{inside.port}/bye")
    turn(closed, inside, ["127.0.0.1"])
    await closed.tokens()
    page = await closed.http.get("/logout")
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    await closed.http.post("/logout/confirmation", data={"token": token})
    outcome = "SELECT last_outcome FROM logout_delivery"
    await until(lambda: closed.deps.pool.fetchval(outcome), "an outcome")
    assert await closed.deps.pool.fetchval(outcome) == "refused"
    assert inside.reached == []


async def test_sector_identifier_uri_reaches_nothing_inside(closed: World, inside: Inside) -> None:
    # What registration fetches goes through the same client, the only one for such addresses.
    turn(closed, inside, ["127.0.0.1"])
    for url in (
        f"https://rp.example:{inside.port}/sector.json", f"http://127.0.0.1:{inside.port}/",
        f"https://user@127.0.0.1:{inside.port}/", f"{ISSUER}:{inside.port}/",
    ):  # fmt: skip
        with pytest.raises(FetchError, match="refused"):
            await fetch_json(closed.deps.outbound, url)
    assert inside.reached == []
