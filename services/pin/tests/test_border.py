"""What comes in that should not: strangers, broken requests, hostile text."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.pin.tests.world import ANA, ANA_CONTRAST, World

PIN_ID = "0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3e"
HOSTILE = [
    "'; DROP TABLE pin; --",
    "<script>alert(1)</script>",
    "\x00",
    "\ud800",
    "{{7*7}}",
    "٣",
    "🂡" * 8,
]
REQUEST = {
    "national_id": ANA,
    "contrast": ANA_CONTRAST,
    "prefix": "",
    "relying_party": "x",
    "language": "es",
}


@pytest.mark.parametrize("field", REQUEST)
async def test_hostile_text_in_any_field_is_answered_without_a_failure(
    world: World, field: str
) -> None:
    await world.enrol()
    for text in HOSTILE:
        response = await world.post("/v1/pins", REQUEST | {field: text})
        assert response.status_code in (200, 422), text
        assert response.json().get("outcome") in (None, "sent", "mismatch", "limited")
    if field in ("national_id", "contrast"):
        assert world.outside.messages == []


async def test_hostile_text_as_a_pin_is_wrong_or_invalid(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    for text in HOSTILE:
        response = await world.post(f"/v1/pins/{asked['pin_request_id']}/attempts", {"pin": text})
        assert response.status_code == 422 or response.json()["verdict"] in ("wrong", "locked")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"[1]", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"pin": "ABC"}', "text/plain", 422),
        (b'{"pin": {"a": 1}}', "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b'{"pin": "' + b"A" * 2_000_000 + b'"}', "application/json", 413),
    ],
)
async def test_a_broken_body_is_a_problem_document(
    world: World, body: bytes, content_type: str, status: int
) -> None:
    response = await world.client.post(
        f"/v1/pins/{PIN_ID}/attempts",
        content=body,
        headers=world.token() | {"content-type": content_type},
    )
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "ABC" not in response.text


async def test_what_is_no_identity_number_is_told_apart_without_a_hint(world: World) -> None:
    response = await world.post("/v1/pins", REQUEST | {"national_id": "12345678A"})
    assert response.status_code == 422
    assert response.json()["code"] == "invalid-national-id"
    assert "12345678" not in response.text


async def test_an_id_that_is_none_is_a_problem_document(world: World) -> None:
    response = await world.post("/v1/pins/not-an-id/attempts", {"pin": "ABC"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
    ],
)
@pytest.mark.parametrize("path", ["/v1/pins", f"/v1/pins/{PIN_ID}/attempts"])
async def test_without_a_service_token_nothing_is_said(
    world: World, path: str, headers: dict[str, str], status: int
) -> None:
    response = await world.client.post(path, json={}, headers=headers)
    assert response.status_code == status


async def test_only_the_gateway_may_call(world: World) -> None:
    for caller, audience, status in (("signing", "pin", 403), ("gateway", "permanent", 401)):
        response = await world.client.post(
            "/v1/pins", json=REQUEST, headers=world.token(caller, audience)
        )
        assert response.status_code == status


async def test_no_log_line_holds_a_pin_a_number_or_a_phone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.enrol()
    asked = await world.ask()
    await world.attempt(asked["pin_request_id"], world.last_pin())
    logged: Any = capsys.readouterr()
    for secret in (ANA, "+34600111222", "600111222", f" {world.last_pin()}"):
        assert secret not in logged.out + logged.err


async def test_a_body_that_grows_beyond_the_limit_without_saying_so_is_refused(
    world: World,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    response = await world.client.post(
        "/v1/pins", content=chunks(), headers=world.token() | {"content-type": "application/json"}
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_outcomes_are_counted_without_saying_whose(world: World) -> None:
    subject_id = await world.enrol()
    asked = await world.ask()
    await world.attempt(asked["pin_request_id"], world.last_pin())
    text = (await world.client.get("/metrics")).text
    for action, outcome in (("pin_request", "sent"), ("pin_attempt", "accepted")):
        assert f'clavis_outcomes_total{{action="{action}",outcome="{outcome}"}}' in text
    assert subject_id not in text
    assert asked["pin_request_id"] not in text
