"""Short ways answer as the ordinary ones would: framed, counted, refused alike."""

from urllib.parse import unquote

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


async def echo(request: Request) -> Response:
    return JSONResponse(request.path_params)


def app_of_things() -> FastAPI:
    app = create_app(title="t", description="d", max_body_bytes=100)
    for path in ("/things/{thing_id}", "/things/{thing_id}/parts/all"):
        app.get(path)(lambda thing_id: {"ordinary": thing_id})
        app.state.direct.add(app, "GET", path, echo)
    return app


@pytest.mark.parametrize("thing_id", ["7", "{}", "{thing_id}", "a%20b", "%C3%B1"])
@pytest.mark.parametrize("rest", ["", "/parts/all"])
async def test_the_second_segment_may_be_a_parameter(thing_id: str, rest: str) -> None:
    async with client(app_of_things()) as http:
        found = await http.get(f"/things/{thing_id}{rest}")
        metrics = (await http.get("/metrics")).text
    assert found.json() == {"thing_id": unquote(thing_id)}
    assert f'route="/things/{{thing_id}}{rest}",status="200"' in metrics


@pytest.mark.parametrize("path", ["/things/", "/things//parts/all", "/things/7/parts", "/7/7"])
async def test_no_other_path_is_taken_for_one_with_a_parameter(path: str) -> None:
    async with client(app_of_things()) as http:
        assert (await http.get(path)).status_code in {404, 307}


async def test_any_one_segment_may_be_the_parameter() -> None:
    app = app_of_things()
    for path in ("/v1/things/{thing_id}/parts", "/{thing_id}/parts"):
        app.state.direct.add(app, "GET", path, echo)
    async with client(app) as http:
        for path in ("/v1/things/7/parts", "/7/parts", "/things/7"):
            assert (await http.get(path)).json() == {"thing_id": "7"}
        for path in ("/v1/things//parts", "/v1/things/7", "/v1/things/7/parts/8"):
            assert (await http.get(path)).status_code == 404
