"""Protocol endpoints that are asked all the time, found in one look-up (`clavis_kit.direct`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from clavis_kit.direct import DirectRoutes, Endpoint
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.oidc.endpoints import discovery, introspect, par, revoke, token, userinfo

Answering = Callable[[Request, Deps], Awaitable[Response]]
_METADATA = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)
_ENDPOINTS: tuple[tuple[str, str, Answering], ...] = (
    ("POST", "/token", token.token),
    ("POST", "/introspect", introspect.introspect),
    ("POST", "/revoke", revoke.revoke),
    ("POST", "/par", par.push),
    ("GET", "/userinfo", userinfo.userinfo),
    ("POST", "/userinfo", userinfo.userinfo),
    ("GET", "/jwks", lambda _, deps: discovery.jwks(deps)),
    *(("GET", path, lambda _, deps: discovery.discovery(deps)) for path in _METADATA),
)


def include_short_ways(app: FastAPI) -> None:
    """Let the endpoints be found without trying every route before them."""
    direct: DirectRoutes = app.state.direct
    for method, path, answering in _ENDPOINTS:
        direct.add(app, method, path, _with_deps(answering))


def _with_deps(answering: Answering) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await answering(request, get_deps(request))

    return endpoint
