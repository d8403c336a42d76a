"""Short ways to endpoints asked thousands of times a second.

A framework that matches every route's pattern in turn, and solves dependencies that are the same
for all requests, spends more on a token request than its two queries. What is registered here is
found by method and path in one look-up, also where one segment of the path is a parameter:
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
        self._place = place_of(path)
        self._parameter = _segment(path, self._place)[1:-1]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope["route"] = self
        scope["app"] = self._app
        if self._place:
            scope["path_params"] = {self._parameter: _segment(scope["path"], self._place)}
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
        self._places: tuple[int, ...] = ()

    def add(self, app: FastAPI, method: str, path: str, endpoint: Endpoint) -> None:
        """Let `endpoint` answer a method of this path, one segment of which may be a parameter."""
        place = place_of(path)
        if place:
            self._places = tuple(sorted({*self._places, place}))
        self._routes[method, _shape(path, place)] = DirectRoute(app, path, endpoint)

    def find(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a request, if it has a short way."""
        method, path = scope["method"], scope["path"]
        found = self._routes.get((method, path))
        for place in self._places:
            if found is None and _segment(path, place):
                found = self._routes.get((method, _shape(path, place)))
        return found


def place_of(path: str) -> int:
    """Return which segment of a path is a parameter, counted from one; 0 when none is."""
    for place, segment in enumerate(path.split("/")):
        if segment.startswith("{") and segment.endswith("}"):
            return place
    return 0


def _segment(path: str, place: int) -> str:
    segments = path.split("/", place + 1)
    return segments[place] if len(segments) > place else ""


def _shape(path: str, place: int) -> str:
    """Put `{}` in the place of the parameter."""
    if not place:
        return path
    segments = path.split("/", place + 1)
    segments[place] = "{}"
    return "/".join(segments)
