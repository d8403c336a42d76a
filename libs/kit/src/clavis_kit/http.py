"""The HTTP frame every service stands in: limits, headers, health, metrics, one log line."""

import asyncio
import gc
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clavis_kit import errors
from clavis_kit.direct import DirectRoutes
from clavis_kit.ids import new_id
from clavis_kit.logging import PlainLogger
from clavis_kit.metrics import REQUESTS
from clavis_kit.settings import KeyFileError, ServiceSettings

CHECK_TIMEOUT_SECONDS = 2.0
QUIET_ROUTES = ("/health/live", "/health/ready", "/metrics")
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),  # RFC 7034; newer browsers read frame-ancestors
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
)
Check = Callable[[], Awaitable[bool]]


class StartRefusedError(RuntimeError):
    """The service cannot start as it stands; the text is one sentence for the operator."""


class Health:
    """Named checks: live ones say whether a restart would help, ready ones whether to send work."""

    def __init__(self) -> None:
        """Start without checks: alive and ready."""
        self.live: dict[str, Check] = {}
        self.ready: dict[str, Check] = {}

    @staticmethod
    async def answer(checks: dict[str, Check]) -> JSONResponse:
        """Run the checks side by side, each within two seconds; 503 names the failed ones."""
        names = list(checks)
        results = await asyncio.gather(*(_passes(checks[name]) for name in names))
        failed = [name for name, passed in zip(names, results, strict=True) if not passed]
        status = 503 if failed else 200
        return JSONResponse({"status": "failing" if failed else "ok", "failed": failed}, status)


async def _passes(check: Check) -> bool:
    try:
        return await asyncio.wait_for(check(), CHECK_TIMEOUT_SECONDS)
    except Exception:  # noqa: BLE001  a check that raises has failed, whatever it raised
        return False


class Frame:
    """ASGI middleware: request id, size limit, security headers, metrics and one log line."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        direct: DirectRoutes,
        too_large: ASGIApp | None = None,
    ) -> None:
        """Wrap the application. `too_large` answers instead of it, else a problem document."""
        self._app = app
        self._direct = direct
        self._limit = max_body_bytes
        self._too_large = too_large or errors.problem("body-too-large", 413)
        self._log = PlainLogger(__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500

        async def framed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_defaults(message["headers"], request_id)
            await send(message)

        try:
            if _declared_length(scope) > self._limit:
                await self._too_large(scope, receive, framed_send)
            else:
                app = self._direct.find(scope) or self._app
                await app(scope, self._limited(receive), framed_send)
        except errors.BodyTooLargeError:
            await self._too_large(scope, receive, framed_send)
        finally:
            self._account(scope, status, time.perf_counter() - started)

    def _account(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, never the path: a path may hold an identifier.
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUESTS.labels(scope["method"], route, str(status)).observe(seconds)
        if route not in QUIET_ROUTES:
            self._log.info(
                "request", method=scope["method"], route=route, status=status,
                duration_ms=round(seconds * 1000, 1),
            )  # fmt: skip

    def _limited(self, receive: Receive) -> Receive:
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise errors.BodyTooLargeError
            return message

        return limited


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _with_defaults(
    headers: list[tuple[bytes, bytes]], request_id: str
) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    added = [pair for pair in SECURITY_HEADERS if pair[0] not in present]
    return [*headers, *added, (b"x-request-id", request_id.encode())]


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def _saying_why(lifespan: Lifespan) -> Lifespan:
    """Keep the sentence of a refused start, for `serve` to say instead of a trace."""

    @asynccontextmanager
    async def guarded(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with lifespan(app):
                yield
        except (StartRefusedError, KeyFileError) as refusal:
            app.state.start_refusal = str(refusal)
            raise

    return guarded


def create_app(
    *,
    title: str,
    description: str,
    max_body_bytes: int,
    lifespan: Lifespan | None = None,
    too_large: ASGIApp | None = None,
) -> FastAPI:
    """Make an application with health, metrics, problem documents and limits in place.

    `too_large` answers a request whose body passes `max_body_bytes`; by default a problem does.
    """
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        docs_url=None,  # the bundled viewer loads scripts from elsewhere
        redoc_url=None,
        # Ours are the metrics and log lines of the frame; to find out at each request that nobody
        # gathers these costs more than a look-up in a table.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_saying_why(lifespan) if lifespan else None,
    )
    errors.install(app)
    app.state.direct = direct = DirectRoutes()
    app.add_middleware(Frame, max_body_bytes=max_body_bytes, direct=direct, too_large=too_large)
    app.state.health = Health()
    app.state.start_refusal = None

    @app.get("/health/live", include_in_schema=False)
    async def live() -> JSONResponse:
        health: Health = app.state.health
        return await health.answer(health.live)

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        health: Health = app.state.health
        return await health.answer(health.ready)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def serve(app: FastAPI, settings: ServiceSettings, *, uds: Path | None = None) -> None:
    """Run until SIGTERM or SIGINT; requests under way get `shutdown_seconds` to end."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        uds=str(uds) if uds else None,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=30,
    )
    # What was loaded until here stays: a full collection need not walk through it, which would hold
    # up every request for tens of milliseconds.
    gc.collect()
    gc.freeze()
    # Of a refused start the operator reads one sentence, not the server's trace of it.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.state.start_refusal is None)
    try:
        uvicorn.Server(config).run()
    except SystemExit:
        sys.exit(app.state.start_refusal or 3)
