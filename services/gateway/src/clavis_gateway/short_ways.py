"""Protocol endpoints and the pages of a login, found in one look-up (`clavis_kit.direct`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from clavis_kit.direct import DirectRoutes, Endpoint
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.login.routes.route import PageRoute, answering
from clavis_gateway.oidc.endpoints import (
    authorize,
    discovery,
    introspect,
    par,
    revoke,
    token,
    userinfo,
)

OfProtocol = Callable[[Request, Deps], Awaitable[Response]]
OfLogin = Callable[[str, Request], Awaitable[Response]]
_METADATA = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)
_PAGES = "/login/{interaction_id}"
_ENDPOINTS: tuple[tuple[str, str, OfProtocol], ...] = (
    ("GET", "/authorize", authorize.authorize_get),
    ("POST", "/authorize", authorize.authorize_post),
    ("POST", "/token", token.token),
    ("POST", "/introspect", introspect.introspect),
    ("POST", "/revoke", revoke.revoke),
    ("POST", "/par", par.push),
    ("GET", "/userinfo", userinfo.userinfo),
    ("POST", "/userinfo", userinfo.userinfo),
    ("GET", "/jwks", lambda _, deps: discovery.jwks(deps)),
    *(("GET", path, lambda _, deps: discovery.discovery(deps)) for path in _METADATA),
)


def include_short_ways(app: FastAPI, pages: Iterable[APIRouter]) -> None:
    """Let the endpoints, and the pages of a login, be found without trying every route."""
    direct: DirectRoutes = app.state.direct
    for method, path, endpoint in _ENDPOINTS:
        direct.add(app, method, path, _with_deps(endpoint))
    for route in _of_a_login(pages):
        for method in route.methods or ():
            direct.add(app, method, route.path, answering(_with_interaction(route.endpoint)))


def _of_a_login(pages: Iterable[APIRouter]) -> list[PageRoute]:
    routes = [route for router in pages for route in router.routes]
    return [r for r in routes if isinstance(r, PageRoute) and r.path.startswith(_PAGES)]


def _with_deps(protocol: OfProtocol) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await protocol(request, get_deps(request))

    return endpoint


def _with_interaction(page: OfLogin) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await page(request.path_params["interaction_id"], request)

    return endpoint
