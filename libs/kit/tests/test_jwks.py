"""Key sets by address: one fetch for all, old ones while new ones come, failures remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from clavis_kit.errors import ServiceError
from clavis_kit.jwks import JwksCache, import_key_set, import_public_key
from joserfc.jwk import ECKey, RSAKey

URL = "https://rp.test/jwks"


class Publisher:
    """A client's key set, and how often it was asked for."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.fetches = 0
        self.fails = False
        self.gate: asyncio.Event | None = None
        self.now = 1000.0

    def publish(self, kid: str) -> None:
        self.keys = [ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=False)]

    async def answer(self, _: httpx.Request) -> httpx.Response:
        self.fetches += 1
        if self.gate is not None:
            await self.gate.wait()
        return httpx.Response(500) if self.fails else httpx.Response(200, json={"keys": self.keys})


@pytest.fixture
def publisher() -> Publisher:
    made = Publisher()
    made.publish("one")
    return made


@pytest.fixture
async def cache(publisher: Publisher) -> AsyncIterator[JwksCache]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(publisher.answer)) as http:
        yield JwksCache(http, lambda: publisher.now)


async def kids(cache: JwksCache, kid: str | None = None) -> list[str | None]:
    return [key.kid for key in (await cache.get(URL, kid)).keys]


async def test_a_hundred_who_ask_at_once_are_one_fetch(
    cache: JwksCache, publisher: Publisher
) -> None:
    publisher.gate = asyncio.Event()
    asking = [asyncio.create_task(kids(cache, "one")) for _ in range(100)]
    await asyncio.sleep(0)
    asking[0].cancel()
    publisher.gate.set()
    results = await asyncio.gather(*asking[1:])
    assert (publisher.fetches, results) == (1, [["one"]] * 99)


async def test_unknown_names_cannot_hammer_the_address(
    cache: JwksCache, publisher: Publisher
) -> None:
    await kids(cache, "one")
    for number in range(50):
        assert await kids(cache, f"made-up-{number}") == ["one"]
    assert publisher.fetches == 1
    publisher.publish("two")
    publisher.now += 6
    assert await kids(cache, "two") == ["two"]
    assert publisher.fetches == 2


async def test_an_old_set_answers_at_once_while_it_is_asked_for_anew(
    cache: JwksCache, publisher: Publisher
) -> None:
    await kids(cache, "one")
    publisher.gate, publisher.now = asyncio.Event(), publisher.now + 301
    publisher.publish("two")
    assert await kids(cache, "one") == ["one"]
    flight = cache._entries[URL].flight
    assert flight is not None
    publisher.gate.set()
    await flight
    assert await kids(cache, "two") == ["two"]
    assert publisher.fetches == 2


async def test_an_address_that_fails_is_left_alone_for_growing_pauses(
    cache: JwksCache, publisher: Publisher
) -> None:
    publisher.fails = True
    for _ in range(20):
        with pytest.raises(ServiceError):
            await cache.get(URL, "one")
    assert publisher.fetches == 1
    asked_at: list[float] = []
    for _ in range(200):
        publisher.now += 1
        before = publisher.fetches
        with pytest.raises(ServiceError):
            await cache.get(URL, "one")
        if publisher.fetches > before:
            asked_at.append(publisher.now - 1000)
    assert asked_at == [5, 15, 35, 75, 135, 195]
    publisher.fails, publisher.now = False, publisher.now + 60
    assert await kids(cache, "one") == ["one"]


async def test_an_address_that_fails_leaves_its_last_set_in_use_for_a_day(
    cache: JwksCache, publisher: Publisher
) -> None:
    await kids(cache, "one")
    publisher.fails = True
    publisher.now += 24 * 3600 - 1
    assert await kids(cache, "one") == ["one"]
    publisher.now += 61
    with pytest.raises(ServiceError) as failed:
        await cache.get(URL, "one")
    assert failed.value.status == 503


def rsa(**changes: Any) -> dict[str, Any]:
    key = RSAKey.generate_key(2048, {"kid": "r"})
    return dict(key.as_dict(private=False)) | changes


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "secp256k9", "x": "AA", "y": "AA"},
        {"kty": "RSA", "n": "A" * 100_000, "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 170, "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 342, "e": "_" * 342},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        {"kty": ["RSA"]},
        {"kty": None},
        "x",
        7,
    ],
)
def test_rfc7517_5_what_is_no_usable_public_key_is_passed_over(jwk: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        import_public_key(jwk)
    good = ECKey.generate_key("P-256", {"kid": "good"}).as_dict(private=False)
    assert [key.kid for key in import_key_set({"keys": [jwk, good]}).keys] == ["good"]


def test_rfc7517_9_2_a_key_whose_private_half_was_published_proves_nothing() -> None:
    whole = ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=True)
    assert import_key_set({"keys": [whole]}).keys == []


def test_keys_of_every_size_we_take_are_taken() -> None:
    assert [key.kid for key in import_key_set({"keys": [rsa()]}).keys] == ["r"]


@pytest.mark.parametrize("document", [[], {}, {"keys": {}}, {"keys": [{}] * 65}, None, "keys"])
def test_rfc7517_5_what_is_no_key_set_is_none(document: Any) -> None:
    with pytest.raises(ValueError, match="not a key set"):
        import_key_set(document)
