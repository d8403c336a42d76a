"""Turns what stops a page into a page: every answer under these routes is for a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from clavis_kit.errors import OUT_OF_REACH, BodyTooLargeError, Overloaded, ServiceError
from clavis_kit.ids import is_id
from clavis_kit.logging import get_logger
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway import cookies, interactions
from clavis_gateway.deps import get_deps
from clavis_gateway.interactions import InteractionClosed, InteractionState
from clavis_gateway.login import guard
from clavis_gateway.login.clients.sibling import Gone, Refused, SiblingDown
from clavis_gateway.login.flow import StaleForm
from clavis_gateway.login.pages import Again, TemplatePages
from clavis_gateway.login.parts import login_of
from clavis_gateway.login.texts import N_

_log = get_logger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_STALE_TITLE = N_("No hemos podido comprobar este formulario")
_STALE = (
    N_("Puede que llevara mucho tiempo abierto o que su navegador no guarde cookies."),
    N_("Vuelva a la página anterior, recárguela e inténtelo de nuevo. No se ha enviado nada."),
)
_BUSY_TITLE = N_("Ahora mismo no podemos atenderle")
_BUSY = (
    N_("Una parte del sistema no responde. Espere unos segundos y recargue la página."),
    N_("Si entraba en un servicio, puede volver atrás y elegir otra forma de identificarse."),
)


class PageRoute(APIRoute):
    """A route whose failures are pages, never traces and never JSON."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler."""
        return answering(super().get_route_handler())


def answering(handle: Callable[[Request], Awaitable[Response]]) -> Handler:
    """Answer with a page whatever `handle` raises."""

    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except Exception as error:  # noqa: BLE001 - a person must get a page, whatever failed
            return await _page_for(error, request)

    return answer


async def _page_for(error: Exception, request: Request) -> Response:
    try:
        if isinstance(error, InteractionClosed | Gone | RequestValidationError):
            return await _expired(request)
    except OUT_OF_REACH as unreachable:
        error = unreachable
    return _failure(error, request)


async def _expired(request: Request) -> Response:
    """Offer what can be offered to the browser that began this login: again, or the way back."""
    pages = login_of(request).pages
    interaction_id = request.path_params.get("interaction_id", "")
    secret = cookies.flow_cookie(request)
    interaction = None
    if is_id(interaction_id) and secret:
        interaction = await interactions.load_interaction(get_deps(request), interaction_id, secret)
    if interaction is None or secret is None:
        return pages.expired(request)
    again = None
    if interaction.state is InteractionState.EXPIRED:
        csrf = guard.form_token(secret, interaction_id)
        again = Again(f"/login/{interaction_id}/restart", csrf)
    return pages.expired(request, client=interaction.client, again=again)


def _failure(error: Exception, request: Request) -> Response:
    pages = login_of(request).pages
    match error:
        case StaleForm():
            page = _stale(pages, request)
        case SiblingDown() | Refused() | Overloaded():
            page = busy(pages, request)
        case BodyTooLargeError():
            page = pages.too_large(request)
        case ServiceError():
            page = pages.failed(request, code=error.code, status=error.status)
        case HTTPException():  # a form that cannot be read
            page = pages.failed(request, code="bad-request", status=error.status_code)
        case _ if isinstance(error, OUT_OF_REACH):
            page = busy(pages, request)
        case _:
            route = getattr(request.scope.get("route"), "path", None)
            error_type = type(error).__name__
            _log.error("page_failed", route=route, error_type=error_type, exc_info=error)
            page = pages.failed(request)
    return page


def _stale(pages: TemplatePages, request: Request) -> Response:
    language = pages.renderer.language(request)
    return pages.notice(request, language, "form-stale", _STALE_TITLE, _STALE, status=403)


def busy(pages: TemplatePages, request: Request) -> Response:
    """Render that something we need does not answer now."""
    language = pages.renderer.language(request)
    response = pages.notice(request, language, "service-down", _BUSY_TITLE, _BUSY, status=503)
    response.headers["Retry-After"] = "5"
    return response
