"""The requests that a device signs: once, of now, of itself, and nothing hostile."""

import asyncio
from typing import Any

import pytest

from services.pin.tests.phone import Phone, new_key, public
from services.pin.tests.world import ANA, World


async def test_a_request_that_was_signed_once_is_not_honoured_twice(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    proof = phone.proof("GET", "/requests", b"")
    calls = (phone.call("GET", "/requests", proof=proof) for _ in range(8))
    codes = [response.status_code for response in await asyncio.gather(*calls)]
    assert sorted(codes) == [200] + [401] * 7


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "POST"},
        {"htu": "https://portal.test/app/api/pin"},
        {"htu": "https://evil.example/app/api/requests"},
        {"bth": "x"},
        {"bth": "ñ"},
        {"jti": "short"},
        {"jti": 1},
        {"iat": "now"},
        {"iat": True},
    ],
)
async def test_a_proof_of_another_request_is_refused(world: World, changes: dict[str, Any]) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    proof = phone.proof("GET", "/requests", b"", **changes)
    response = await phone.call("GET", "/requests", proof=proof)
    assert (response.status_code, response.json()["code"]) == (401, "proof-mismatch")


@pytest.mark.parametrize("seconds", [-61, 61, float("nan"), float("inf")])
async def test_a_clock_that_is_wrong_is_told_the_time(world: World, seconds: float) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    at = world.clock.now().timestamp() + seconds
    response = await phone.call("GET", "/requests", proof=phone.proof("GET", "/requests", b"",
                                                                       iat=at))  # fmt: skip
    assert response.json()["code"] == "proof-stale"
    assert response.json()["now"] == world.clock.now().isoformat()


@pytest.mark.parametrize("proof", ["", "x", "a.b.c", "e30.e30.e30", "ñ"])
async def test_what_is_no_proof_is_answered_as_an_unknown_device(world: World, proof: str) -> None:
    response = await world.client.get(
        "/device/v1/requests",
        headers=[
            *world.token("portal").items(),
            (b"clavis-device-proof", proof.encode("latin-1")),
        ],
    )
    assert (response.status_code, response.json()["code"]) == (401, "device-unknown")


async def test_another_key_cannot_speak_for_a_device(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    thief = Phone(world, device_id=phone.device_id)
    assert (await thief.call("GET", "/requests")).json()["code"] == "proof-mismatch"


async def test_a_device_that_only_waits_for_its_proof_sees_nothing(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    await phone.begin()
    for path in ("/requests", "/pin", "/device"):
        assert (await phone.call("GET", path)).json()["code"] == "device-unknown"


async def test_only_the_portal_reaches_the_devices_interface(world: World) -> None:
    response = await world.client.get("/device/v1/requests", headers=world.token("gateway"))
    assert response.status_code == 403
    assert (await world.client.get("/device/v1/requests")).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key_jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"public_key_jwk": {"kty": "RSA", "n": "x", "e": "AQAB"}},
        {"encryption_key_jwk": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
        {"device_name": ""},
        {"device_name": "x" * 41},
        {"national_id": None},
        {"national_id": "12345678A"},
    ],
)
async def test_a_broken_enrolment_is_a_problem_document(
    world: World, changes: dict[str, Any]
) -> None:
    phone = Phone(world)
    response = await phone.call("POST", "/enrolments", phone.enrolment(**changes))
    assert response.status_code in (401, 422), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert ANA not in response.text


async def test_a_private_key_is_refused(world: World) -> None:
    phone = Phone(world)
    private = public(phone.sealing) | {"d": phone.sealing.as_dict(private=True)["d"]}
    response = await phone.call("POST", "/enrolments", phone.enrolment(encryption_key_jwk=private))
    assert response.status_code == 422


async def test_an_enrolment_is_signed_with_the_key_it_brings(world: World) -> None:
    phone = Phone(world)
    other = public(new_key())
    response = await phone.call("POST", "/enrolments", phone.enrolment(public_key_jwk=other))
    assert (response.status_code, response.json()["code"]) == (401, "proof-mismatch")


HOSTILE: list[Any] = ["'; DROP TABLE device; --", "\x00", "\ud800", "x" * 9000, "", 1, None, [], {}]


async def test_hostile_values_in_what_a_device_signs_are_answered_without_a_failure(
    world: World,
) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    request = f"/requests/{phone.device_id}/decision"
    keys = {"p256dh": "x", "auth": "x"}
    calls = [
        ("/enrolments", field, phone.enrolment()) for field in phone.enrolment()
    ] + [
        (f"/enrolments/{phone.device_id}/proof", "code", {}),
        (f"/enrolments/{phone.device_id}/proof", "ticket", {}),
        ("/requests/claim", "qr", {}),
        (request, "decision", {"signature": "x"}),
        (request, "signature", {"decision": "confirm"}),
        ("/push-subscription", "endpoint", {"keys": keys}),
        ("/push-subscription", "keys", {"endpoint": "https://push.example/"}),
    ]  # fmt: skip
    for path, field, document in calls:
        for value in HOSTILE:
            response = await phone.call("POST", path, document | {field: value})
            assert response.status_code in (200, 401, 422), (path, field, value, response.text)
