"""What a login asks for is found in one look-up, and judged no less than on the ordinary way."""

from typing import Any

import pytest
from clavis_kit.direct import DirectRoute
from clavis_kit.http import create_app
from clavis_pin.routes import pins
from clavis_pin.routes.short_ways import include_short_ways
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from services.pin.tests.test_border import PIN_ID, REQUEST
from services.pin.tests.world import World


def ordinary(app: FastAPI) -> list[Any]:
    found = [context.original_route for context in iter_route_contexts(app.routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def test_both_requests_have_a_short_way_with_the_same_name() -> None:
    app = create_app(title="t", description="d", max_body_bytes=1)
    app.include_router(pins.router)
    include_short_ways(app)
    routes = [route for route in ordinary(app) if "POST" in (route.methods or ())]
    assert len(routes) == 2
    for route in routes:
        path = route.path.replace("{pin_request_id}", PIN_ID)
        found = app.state.direct.find({"method": "POST", "path": path})
        assert isinstance(found, DirectRoute)
        assert found.path == route.path
        assert app.state.direct.find({"method": "GET", "path": path}) is None


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/pins", REQUEST), (f"/v1/pins/{PIN_ID}/attempts", {"pin": "ABC"})]
)
async def test_nobody_but_the_gateway_is_answered(
    world: World, path: str, body: dict[str, str]
) -> None:
    stranger = await world.client.post(path, json=body)
    sibling = await world.client.post(path, json=body, headers=world.token("signing"))
    assert (stranger.status_code, sibling.status_code) == (401, 403)
