"""The frame of every service: stable problems, limits, health, no trace and no echo."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from clavis_kit.errors import Overloaded, ServiceError
from clavis_kit.http import Health, create_app
from fastapi import FastAPI
from pydantic import BaseModel


class Body(BaseModel):
    name: str
    age: int


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="t", description="d", max_body_bytes=1000)

    @app.post("/things")
    async def make(body: Body) -> Body:
        return body

    @app.get("/refused")
    async def refuse() -> None:
        raise ServiceError("no-such-thing", 404, "There is no such thing.", private="why")

    @app.get("/busy")
    async def busy() -> None:
        raise Overloaded(3)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("12345678Z is secret")

    @app.get("/slow-database")
    async def wait_for_the_database() -> None:
        raise TimeoutError

    @app.get("/gone-database")
    async def lose_the_database() -> None:
        raise asyncpg.ConnectionDoesNotExistError("password of 12345678Z")

    health: Health = app.state.health

    async def fails() -> bool:
        raise OSError

    health.ready["database"] = fails
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
        yield http


async def test_rfc9457_a_refusal_is_a_problem_document(client: httpx.AsyncClient) -> None:
    response = await client.get("/refused")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:clavis:problem:no-such-thing", "title": "Not Found", "status": 404,
        "code": "no-such-thing", "detail": "There is no such thing.",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/slow-database", "/gone-database"])
async def test_rfc9110_a_database_out_of_reach_says_when_to_come_back(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert response.json()["code"] == "temporarily-unavailable"
    assert "12345678Z" not in response.text


async def test_an_unexpected_error_shows_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/broken")
    assert response.status_code == 500
    assert response.json()["code"] == "internal-error"
    assert "secret" not in response.text


async def test_wrong_fields_are_named_and_never_echoed(client: httpx.AsyncClient) -> None:
    response = await client.post("/things", json={"name": "12345678Z", "age": "<script>"})
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "age", "code": "int_parsing"}]
    assert "script" not in response.text


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b'"x"', b""])
async def test_broken_json_is_a_problem(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(
        "/things", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_wrong_content_type_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/things", content=b"name=x", headers={"content-type": "text/plain"}
    )
    assert response.status_code == 422


async def test_rfc9110_a_declared_oversize_body_is_413(client: httpx.AsyncClient) -> None:
    response = await client.post("/things", content=b"x" * 1001)
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_an_undeclared_oversize_body_is_413(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    response = await client.post("/things", content=chunks())
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_rfc9110_a_full_pool_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    response = await client.get("/busy")
    assert (response.status_code, response.headers["retry-after"]) == (503, "3")


async def test_health_names_what_fails(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok", "failed": []}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["failed"]) == (503, ["database"])


async def test_an_unknown_path_or_method_is_a_problem(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).json()["code"] == "not-found"
    assert (await client.put("/things")).json()["code"] == "method-not-allowed"


async def test_metrics_hold_templates_not_paths(client: httpx.AsyncClient) -> None:
    await client.get("/nowhere/12345678Z")
    assert "12345678Z" not in (await client.get("/metrics")).text


def test_the_frame_is_a_fastapi_application() -> None:
    assert isinstance(create_app(title="t", description="d", max_body_bytes=1), FastAPI)
