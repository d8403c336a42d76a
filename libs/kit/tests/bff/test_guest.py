"""An application beside the backend's own that needs no session: what it reaches, and what not."""

import re
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.files import SiteFiles
from clavis_kit.bff.guest import MAX_BODY_BYTES, Guest
from clavis_kit.clock import FrozenClock
from clavis_testkit.service_databases import ServiceDatabases
from fastapi import FastAPI, Request, Response

from libs.kit.tests.bff.bff_world import PORTAL, Hosts
from libs.kit.tests.bff.conftest import _settings, _site

OWN_PAGE = {"sec-fetch-site": "same-origin", "x-clavis-csrf": "1"}


class Pin:
    """The service behind the guest; it remembers what it was sent."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer = b"{}"

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
        async def any_path(request: Request) -> Response:
            self.requests.append(request)
            headers = {"set-cookie": "a=b", "content-type": "application/json"}
            return Response(self.answer, headers=headers)

        return app


@pytest_asyncio.fixture
async def phone(
    portal_databases: ServiceDatabases, migrations: Path, tmp_path: Path, frozen_clock: FrozenClock
) -> AsyncIterator[tuple[httpx.AsyncClient, Pin]]:
    database = await portal_databases.create("portal")
    settings, _ = _settings(tmp_path, database.dsn)
    pin = Pin()
    site = _site(tmp_path / "app")
    (site / "sw.js").write_text("1")
    app = create_bff_app(
        settings,
        title="portal",
        upstreams=[],
        links={},
        migrations_dir=migrations,
        guest=Guest(
            name="app",
            files=SiteFiles(site),
            base_url="http://pin.test",
            api_prefix="/device/v1",
            audience="pin",
            calls=[("GET", re.compile("/pin")), ("POST", re.compile("/things/[0-9a-f]{4}"))],
            headers=frozenset({"clavis-device-proof"}),
            proxies=[ip_network("127.0.0.1/32")],
        ),
        clock=frozen_clock,
        transport=Hosts({"pin.test": pin.app()}),
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PORTAL) as browser,
    ):
        yield browser, pin
    await portal_databases.drop(database.name)


async def test_files_come_with_a_policy_that_lets_a_worker_and_a_manifest_in(phone: Any) -> None:
    browser, _ = phone
    for path in ("/app/", "/app/sw.js", "/app/anything"):
        response = await browser.get(path)
        assert response.status_code == 200
        policy = response.headers["content-security-policy"]
        assert "worker-src 'self'" in policy
        assert "manifest-src 'self'" in policy
        assert "unsafe" not in policy
    assert (await browser.get("/app")).headers["location"] == "/app/"
    assert (await browser.get("/app/none.js")).status_code == 404
    tag = (await browser.get("/app/sw.js")).headers["etag"]
    again = await browser.get("/app/sw.js", headers={"if-none-match": tag})
    assert again.status_code == 304


async def test_a_listed_call_goes_on_with_our_token_and_without_cookies(phone: Any) -> None:
    browser, pin = phone
    headers = {
        **OWN_PAGE,
        "cookie": "__Host-Http-portal=secret",
        "authorization": "Bearer stolen",
        "clavis-device-proof": "proof",
        "clavis-source": "192.0.2.99",
        "x-forwarded-for": "192.0.2.98, 198.51.100.7",
    }
    response = await browser.get("/app/api/pin", headers=headers)
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    [seen] = pin.requests
    assert seen.url.path == "/device/v1/pin"
    assert "cookie" not in seen.headers
    assert seen.headers["authorization"].startswith("Bearer ey")
    assert seen.headers["clavis-device-proof"] == "proof"
    assert seen.headers["clavis-source"] == "198.51.100.7"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/app/api/pin"),
        ("GET", "/app/api/pin/"),
        ("GET", "/app/api/pin?x=1"),
        ("GET", "/app/api/../v1/pins"),
        ("GET", "/app/api/%70in"),
        ("POST", "/app/api/things/zzzz"),
        ("GET", "/app/api/"),
        ("GET", "/app/api/health"),
    ],
)
async def test_nothing_else_is_reached(phone: Any, method: str, path: str) -> None:
    browser, pin = phone
    response = await browser.request(method, path, headers=OWN_PAGE)
    assert response.status_code in (200, 404, 405)
    assert response.headers["content-type"].startswith(("application/problem", "text/html"))
    assert pin.requests == []


async def test_another_site_cannot_call(phone: Any) -> None:
    browser, pin = phone
    for headers in ({}, {"sec-fetch-site": "cross-site", "x-clavis-csrf": "1"}):
        response = await browser.post("/app/api/things/0123", json={}, headers=headers)
        assert response.status_code == 403
    assert pin.requests == []


async def test_too_much_in_either_direction_is_refused(phone: Any) -> None:
    browser, pin = phone
    body = b"x" * (MAX_BODY_BYTES + 1)
    response = await browser.post("/app/api/things/0123", content=body, headers=OWN_PAGE)
    assert response.status_code == 413
    pin.answer = b"x" * 300_000
    response = await browser.get("/app/api/pin", headers=OWN_PAGE)
    assert (response.status_code, response.json()["code"]) == (502, "upstream-unavailable")
