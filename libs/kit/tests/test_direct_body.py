"""A body on a short way is taken and refused as on the ordinary one."""

from uuid import UUID

import httpx
import pytest
from clavis_kit.direct_body import answered, read_body, read_uuid
from clavis_kit.http import create_app
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

ID = "0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3e"


class Thing(BaseModel):
    name: str = Field(max_length=5)
    note: str | None = None


async def short(request: Request) -> Response:
    thing = await read_body(request, Thing)
    read_uuid(request, "thing_id")
    return answered(thing)


def app() -> FastAPI:
    app = create_app(title="t", description="d", max_body_bytes=1000)

    @app.post("/ordinary/{thing_id}", response_model_exclude_none=True)
    async def ordinary(thing_id: UUID, body: Thing) -> Thing:
        return body

    app.state.direct.add(app, "POST", "/short/{thing_id}", short)
    return app


@pytest.mark.parametrize("thing_id", [ID, ID.upper(), "7", "%C3%B1"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"name": "one"}', "application/json"),
        (b'{"name": "one"}', "Application/JSON; charset=utf-8"),
        (b'{"name": "one", "note": "two"}', "application/merge-patch+json"),
        (b'{"name": "one"}', "text/plain"),
        (b'{"name": "one"}', None),
        (b'{"name": "too long"}', "application/json"),
        (b'{"name": 1}', "application/json"),
        (b"{}", "application/json"),
        (b"[1]", "application/json"),
        (b"null", "application/json"),
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'"\xc3', "application/json"),
        (b"[" * 900, "application/json"),
    ],
)
async def test_the_answer_is_that_of_the_ordinary_way(
    thing_id: str, body: bytes, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    transport = httpx.ASGITransport(app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
        one, other = [
            await http.post(f"/{way}/{thing_id}", content=body, headers=headers)
            for way in ("ordinary", "short")
        ]
    assert one.status_code == other.status_code
    assert one.headers["content-type"] == other.headers["content-type"]
    if thing_id.lower() == ID:
        assert one.json() == other.json()
    else:  # of two faults the short way names the first
        assert other.json()["code"] == one.json()["code"]
