"""Every page of a login and every busy protocol endpoint is found in one look-up."""

from __future__ import annotations

from inspect import signature
from typing import Any

import pytest
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.routes import include_routes
from clavis_kit.direct import DirectRoute, DirectRoutes
from clavis_kit.http import create_app
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = create_app(title="t", description="d", max_body_bytes=1)
    include_routes(app)
    return app


def ordinary(app: FastAPI) -> list[Any]:
    return [context.original_route for context in iter_route_contexts(app.routes)]


def test_a_page_of_a_login_has_a_short_way_with_the_same_name(app: FastAPI) -> None:
    direct: DirectRoutes = app.state.direct
    pages = [r for r in ordinary(app) if isinstance(r, PageRoute) and r.path.startswith("/login/")]
    assert len(pages) > 30
    for page in pages:
        assert list(signature(page.endpoint).parameters) == ["interaction_id", "request"]
        for method in page.methods or ():
            path = page.path.replace("{interaction_id}", "x")
            found = direct.find({"method": method, "path": path})
            assert isinstance(found, DirectRoute)
            assert found.path == page.path


def test_no_short_way_answers_in_place_of_another_route(app: FastAPI) -> None:
    direct: DirectRoutes = app.state.direct
    for route in ordinary(app):
        if not isinstance(route, APIRoute):
            continue
        for method in route.methods or ():
            found = direct.find({"method": method, "path": route.path})
            assert found is None or getattr(found, "path", None) == route.path
