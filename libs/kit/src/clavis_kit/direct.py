"""Short ways to endpoints asked thousands of times a second.

A framework that matches every route's pattern in turn, and solves dependencies that are the same
for all requests, spends more on a token request than its two queries. What is registered here is
found by method and path in one look-up, also where the second segment of the path is a parameter:
`/login/{interaction_id}/pin`. The ordinary routes stay: they describe the interface, and answer
every other method and spelling of the path.
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]
Key = tuple[str, str]


class DirectRoute:
    """One endpoint as an ASGI application; `path` is what metrics and logs call it."""

    def __init__(self, app: FastAPI, path: str, endpoint: Endpoint) -> None:
        """Answer with `endpoint`, and with the application's own handlers when it raises."""
        self._app = app
        self.path = path
        self._endpoint = endpoint
        self._parameter = parameter_of(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope["route"] = self
        scope["app"] = self._app
        if self._parameter:
            scope["path_params"] = {self._parameter: _second_segment(scope["path"])}
        request = Request(scope, receive)
        try:
            response = await self._endpoint(request)
        except Exception as error:  # noqa: BLE001  raised again when nothing handles it
            response = await self._handled(request, error)
        await response(scope, receive, send)

    async def _handled(self, request: Request, error: Exception) -> Response:
        for kind in type(error).__mro__:
            # Exception itself is for the outermost layer, which logs it and answers 500.
            if kind is Exception:
                break
            handler = self._app.exception_handlers.get(kind)
            if handler is not None:
                response: Response = await handler(request, error)  # type: ignore[misc]  # ours are all coroutines
                return response
        raise error


class DirectRoutes:
    """The short ways of an application."""

    def __init__(self) -> None:
        """Begin with none."""
        self._routes: dict[Key, ASGIApp] = {}

    def add(self, app: FastAPI, method: str, path: str, endpoint: Endpoint) -> None:
        """Let `endpoint` answer a method of this path, whose second segment may be a parameter."""
        key = _shape(path) if parameter_of(path) else path
        self._routes[method, key] = DirectRoute(app, path, endpoint)

    def find(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a request, if it has a short way."""
        method, path = scope["method"], scope["path"]
        found = self._routes.get((method, path))
        if found is None and _second_segment(path):
            found = self._routes.get((method, _shape(path)))
        return found


def parameter_of(path: str) -> str | None:
    """Return the name of the parameter that is the second segment of a path, if it is one."""
    segment = _second_segment(path)
    return segment[1:-1] if segment.startswith("{") and segment.endswith("}") else None


def _second_segment(path: str) -> str:
    segments = path.split("/", 3)
    return segments[2] if len(segments) > 2 else ""  # noqa: PLR2004  the first is before the slash


def _shape(path: str) -> str:
    segments = path.split("/", 3)
    segments[2] = "{}"
    return "/".join(segments)
