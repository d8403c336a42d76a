"""From an exception to an answer: RFC 9457 problem details, one stable code each."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from clavis_kit.logging import get_logger

PROBLEM_JSON = "application/problem+json"
_log = get_logger(__name__)
Handler = Callable[[Request, Exception], Awaitable[Response]]


class ServiceError(Exception):
    """A request that cannot be answered. `code` is stable, `detail` is public."""

    def __init__(  # the members of RFC 9457 section 3.1 plus what only the log sees
        self,
        code: str,
        status: int = 400,
        detail: str | None = None,
        *,
        private: str | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Keep the code, the HTTP status, a public sentence and what only the log may see."""
        super().__init__(code)
        self.code = code
        self.status = status
        self.detail = detail
        self.private = private
        self.headers = headers or {}
        self.extra = extra or {}


class BodyTooLargeError(HTTPException):
    """More bytes came than the limit allows. An HTTPException, so that FastAPI lets it through."""

    def __init__(self) -> None:
        """Answer 413 (RFC 9110 section 15.5.14)."""
        super().__init__(413)


class Overloaded(ServiceError):  # noqa: N818  it names a state of ours, not a fault of the caller
    """A bounded resource is full: try again shortly."""

    def __init__(self, retry_after_seconds: int = 1) -> None:
        """Answer 503 with Retry-After (RFC 9110 section 10.2.3)."""
        super().__init__(
            "overloaded",
            503,
            "The service is busy. Try again shortly.",
            headers={"Retry-After": str(retry_after_seconds)},
        )


def problem(
    code: str,
    status: int,
    detail: str | None = None,
    *,
    headers: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
) -> JSONResponse:
    """Render a problem document (RFC 9457). `type` is a URN that docs/errors.md explains."""
    body: dict[str, Any] = {
        "type": f"urn:clavis:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    body.update(extra or {})
    return JSONResponse(body, status, headers, PROBLEM_JSON)


async def _service_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ServiceError):
        raise error
    if error.private:
        _log.info("request_refused", code=error.code, reason=error.private)
    return problem(error.code, error.status, error.detail, headers=error.headers, extra=error.extra)


async def _invalid_request(_: Request, error: Exception) -> Response:
    # The values a person typed are never echoed: only which field and what kind of fault.
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {"field": ".".join(str(p) for p in fault["loc"][1:]), "code": fault["type"]}
        for fault in error.errors()
    ]
    return problem("invalid-request", 422, "Some fields are not valid.", extra={"errors": faults})


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-").replace("'", "")
    if isinstance(error, BodyTooLargeError):
        code = "body-too-large"
    return problem(code, error.status_code, headers=dict(error.headers or {}))


# RFC 9110 section 15.6.4: a database that is slow, gone or restarting is no fault of this program.
OUT_OF_REACH: tuple[type[Exception], ...] = (
    TimeoutError,
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


async def _out_of_reach(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", None)
    _log.warning("dependency_out_of_reach", route=route, error_type=type(error).__name__)
    headers = {"Retry-After": "2"}
    return problem("temporarily-unavailable", 503, "Try again shortly.", headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    route = request.scope.get("route")
    _log.error(
        "unexpected_error",
        route=getattr(route, "path", None),
        error_type=type(error).__name__,
        exc_info=error,
    )
    return problem("internal-error", 500, "Something failed on our side.")


def install(app: FastAPI) -> None:
    """Make every failure of this application a problem document."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in OUT_OF_REACH:
        app.add_exception_handler(kind, _out_of_reach)
    app.add_exception_handler(Exception, _unexpected)
