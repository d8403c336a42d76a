"""Short ways answer as the ordinary ones would: framed, counted, refused alike."""

import httpx
import pytest
from clavis_kit.direct import Endpoint
from clavis_kit.errors import ServiceError
from clavis_kit.http import create_app
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def answer(request: Request) -> Response:
    return JSONResponse({"length": len(await request.body())})


async def refuse(_: Request) -> Response:
    raise ServiceError("too-many", 429)


async def break_down(_: Request) -> Response:
    raise LookupError("a fault of ours")


def app_with(endpoint: Endpoint) -> FastAPI:
    app = create_app(title="t", description="d", max_body_bytes=100)
    app.post("/thing")(lambda: "the ordinary way")
    app.state.direct.add(app, "POST", "/thing", endpoint)
    return app


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://t")


async def test_the_endpoint_answers_in_the_frame() -> None:
    async with client(app_with(answer)) as http:
        found = await http.post("/thing", content=b"12345")
        metrics = (await http.get("/metrics")).text
    assert found.json() == {"length": 5}
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["x-request-id"]
    assert 'method="POST",route="/thing",status="200"' in metrics


@pytest.mark.parametrize(
    ("endpoint", "status", "code"),
    [(refuse, 429, "too-many"), (break_down, 500, "internal-error")],
)
async def test_what_it_raises_is_answered_as_everywhere(
    endpoint: Endpoint, status: int, code: str
) -> None:
    async with client(app_with(endpoint)) as http:
        found = await http.post("/thing")
    assert (found.status_code, found.json()["code"]) == (status, code)


async def test_a_body_that_is_too_large_is_refused() -> None:
    async def endless() -> object:
        yield b"x" * 101

    async with client(app_with(answer)) as http:
        declared = await http.post("/thing", content=b"x" * 101)
        streamed = await http.post("/thing", content=endless())  # type: ignore[arg-type]
    assert declared.status_code == streamed.status_code == 413


async def test_other_methods_and_paths_take_the_ordinary_way() -> None:
    async with client(app_with(answer)) as http:
        assert (await http.get("/thing")).status_code == 405
        assert (await http.post("/thing/else")).status_code == 404
