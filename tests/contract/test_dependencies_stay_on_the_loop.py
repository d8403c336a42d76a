"""FastAPI runs a dependency that is a plain function in a thread, for every request."""

import inspect
from collections.abc import Iterator, Sequence

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from dev.checks.openapi import build
from dev.keys import ensure_keys
from dev.layout import Layout
from dev.pki import ensure_certificates
from dev.services import CORE, DEFAULT_PORT_BASE


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Where throw-away keys are."""
    layout = Layout(DEFAULT_PORT_BASE, tmp_path_factory.mktemp("keys"))
    ensure_keys(layout.directory)
    ensure_certificates(layout)
    return layout


def routes_in(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_in(getattr(route, "original_router", APIRouter()).routes)


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for inner in dependant.dependencies:
        yield inner
        yield from dependencies(inner)


@pytest.mark.parametrize("service", [service.name for service in CORE])
def test_no_dependency_of_a_route_takes_a_thread(service: str, layout: Layout) -> None:
    app = build(service, layout)
    routes = list(routes_in(app.routes))
    assert len(routes) > 10
    plain = {
        f"{route.path}: {inner.call}"
        for route in routes
        for inner in dependencies(route.dependant)
        if not inspect.iscoroutinefunction(inner.call)
    }
    assert plain == set()
