"""Calls between services: bounded, in time, and told apart when they fail."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from clavis_kit.calls import MAX_ANSWER_BYTES, Answer, CallFailedError, Calls, opened_calls
from clavis_testkit.launchers.process import free_port

LIMIT = 60.0  # of what answers at once
SHORT = 0.3  # of what never does
CLOSING = web.AppKey("closing", asyncio.Event)


async def echo(request: web.Request) -> web.Response:
    return web.json_response({"query": dict(request.query), "body": await request.text()})


async def elsewhere(_: web.Request) -> web.Response:
    raise web.HTTPFound("/echo")


async def late(request: web.Request) -> web.Response:
    await request.app[CLOSING].wait()
    return web.json_response({})


async def flood(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * (MAX_ANSWER_BYTES + 1))


@pytest.fixture
async def url() -> AsyncIterator[str]:
    app = web.Application()
    app[CLOSING] = asyncio.Event()
    app.router.add_route("*", "/echo", echo)
    for path, handler in (("/elsewhere", elsewhere), ("/late", late), ("/flood", flood)):
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    app[CLOSING].set()
    await runner.cleanup()


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    async with opened_calls() as opened:
        yield opened


async def test_body_and_query_arrive(calls: Calls, url: str) -> None:
    answer = await calls.request(
        "POST", f"{url}/echo", body={"a": 1}, query={"q": "ñ"}, timeout_seconds=LIMIT
    )
    assert answer.ok
    assert answer.document() == {"query": {"q": "ñ"}, "body": '{"a": 1}'}


async def test_a_redirect_is_an_answer_and_is_not_followed(calls: Calls, url: str) -> None:
    answer = await calls.request("GET", f"{url}/elsewhere", timeout_seconds=LIMIT)
    assert (answer.status, answer.ok) == (302, False)


@pytest.mark.parametrize(
    ("path", "limit", "reason"),
    [("/late", SHORT, "TimeoutError"), ("/flood", LIMIT, "an answer too large")],
)
async def test_what_is_late_or_too_large_has_failed(
    calls: Calls, url: str, path: str, limit: float, reason: str
) -> None:
    with pytest.raises(CallFailedError) as failed:
        await calls.request("GET", url + path, timeout_seconds=limit)
    assert failed.value.reason == reason


async def test_nobody_there_has_failed(calls: Calls) -> None:
    with pytest.raises(CallFailedError):
        await calls.request("GET", f"http://127.0.0.1:{free_port()}/", timeout_seconds=LIMIT)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{"])
def test_what_is_no_json_object_cannot_be_read(body: bytes) -> None:
    with pytest.raises(CallFailedError):
        Answer(200, body).document()
