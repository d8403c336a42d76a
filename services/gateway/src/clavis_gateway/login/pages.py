"""The pages the protocol endpoints ask for, and those that any request may end in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from clavis_kit.clock import Clock
from clavis_kit.errors import problem
from clavis_kit.ids import new_id
from clavis_kit.logging import get_logger
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway import cookies
from clavis_gateway.interactions import ClientView, ResponseTarget
from clavis_gateway.login.assets import Assets
from clavis_gateway.login.i18n import Language, clock_time
from clavis_gateway.login.render import Renderer
from clavis_gateway.login.texts import N_
from clavis_gateway.pages import LoggedOut, LogoutQuestion, PageError

_log = get_logger(__name__)
# A meta refresh and a link lead only where these schemes lead; never javascript: or data:.
_FORBIDDEN_SCHEMES = frozenset({"", "javascript", "data", "vbscript", "file", "blob", "about"})

_PROBLEM_TITLE = N_("Este servicio ha hecho una petición que no podemos aceptar")
_PROBLEM = (
    N_("No es culpa suya y no se ha enviado ningún dato."),
    N_("Vuelva al servicio e inténtelo de nuevo. Si se repite, dé este código a quien lo atiende."),
)
_EXPIRED_TITLE = N_("Ha pasado el tiempo")
_EXPIRED = (
    N_("Esta página ya no sirve: pasó el tiempo, ya se usó o se abrió en otro navegador."),
    N_("No se ha enviado nada. Vuelva al servicio en el que quería entrar y empiece de nuevo."),
)
_TOO_LARGE_TITLE = N_("Ha enviado demasiados datos")
_TOO_LARGE = (
    N_("El formulario pasa del tamaño que admitimos. No se ha enviado nada."),
    N_("Vuelva a la página anterior y escriba solo lo que pide cada campo."),
)
_FAILED_TITLE = N_("Algo ha fallado por nuestra parte")
_FAILED = (
    N_("Inténtelo de nuevo en unos minutos."),
    N_("Si se repite, dé este código a quien le atiende."),
)
_ENDED_TITLE = N_("Su identidad digital está desactivada")
_ENDED = (
    N_("Con ella no puede entrar en los servicios. No se ha enviado nada."),
    N_("En una oficina de registro le dirán el motivo y cómo volver a activarla o reclamar."),
)


_BACK = N_("Volver a %(name)s")
_LOGGED_OUT = N_("Ha cerrado la sesión")
_STILL_OPEN = N_("Su sesión sigue abierta")
_NONE_OPEN = N_("No hay ninguna sesión abierta en este navegador")


@dataclass(frozen=True, slots=True)
class Again:
    """How the same request is opened anew: where the form goes, and its token."""

    action: str
    csrf: str


class TemplatePages:
    """Implements `clavis_gateway.pages.Pages` with the templates of the login pages."""

    def __init__(self, renderer: Renderer, clock: Clock) -> None:
        """Use the templates; the clock dates incidents."""
        self.renderer = renderer
        self._clock = clock

    @property
    def assets(self) -> Assets:
        """The static files the pages refer to."""
        return self.renderer.assets

    def error(self, request: Request, error: PageError) -> Response:
        """Render an error of a relying party's request, with status `error.status`."""
        language = self.renderer.language(request, ui_locales=error.ui_locales)
        expired = error.code == "request_expired"
        failed = error.status >= 500  # noqa: PLR2004 - RFC 9110 section 15.6: our own fault
        title = _EXPIRED_TITLE if expired else _FAILED_TITLE if failed else _PROBLEM_TITLE
        paragraphs = _EXPIRED if expired else _FAILED if failed else _PROBLEM
        return self.notice(
            request, language, error.code, title, paragraphs,
            status=error.status, technical=f"{error.code}: {error.detail}", incident=True,
        )  # fmt: skip

    def expired(
        self, request: Request, *, client: ClientView | None = None, again: Again | None = None
    ) -> Response:
        """Render that this login cannot go on: too late, already done, or another browser.

        `client` is where it was to lead; `again` opens the same request anew.
        """
        language = self.renderer.language(request)
        link = None
        if client and client.home and _is_safe(client.home):
            name = client.display_name(language.tag)
            link = {"url": client.home, "text": language.text(_BACK, name=name)}
        return self.notice(
            request, language, "interaction-expired", _EXPIRED_TITLE, _EXPIRED, status=410,
            link=link, again=again,
        )  # fmt: skip

    def too_large(self, request: Request) -> Response:
        """Render that a form passes the size we read."""
        language = self.renderer.language(request)
        return self.notice(
            request, language, "body-too-large", _TOO_LARGE_TITLE, _TOO_LARGE, status=413
        )

    def failed(
        self, request: Request, *, code: str = "server-error", status: int = 500
    ) -> Response:
        """Render that we failed; the details went to the log."""
        language = self.renderer.language(request)
        return self.notice(
            request, language, code, _FAILED_TITLE, _FAILED, status=status, incident=True
        )

    def ended(self, request: Request, language: Language) -> Response:
        """Render that this identity may no longer be used. Only for a person already proved."""
        return self.notice(request, language, "identity-ended", _ENDED_TITLE, _ENDED, status=403)

    def notice(
        self,
        request: Request,
        language: Language,
        code: str,
        title: str,
        paragraphs: tuple[str, ...],
        *,
        status: int,
        technical: str | None = None,
        incident: bool = False,
        link: Mapping[str, str] | None = None,
        again: Again | None = None,
    ) -> Response:
        """Render a page that says one thing. An incident gets a code that the log holds too."""
        context: dict[str, Any] = {
            "code": code,
            "title": language.text(title),
            "paragraphs": [language.text(paragraph) for paragraph in paragraphs],
            "technical": technical,
            "incident": self._incident(language, code) if incident else None,
            "link": link,
            "again": again,
        }
        return self.renderer.page(request, "notice.html", language, status=status, context=context)

    # The beginning of the request's identifier: what the person reads out is then found in the
    # refusal log of the relying party, where the identifier stands.
    def _incident(self, language: Language, code: str) -> dict[str, str]:
        request_id = structlog.contextvars.get_contextvars().get("request_id") or new_id()
        incident_id = str(request_id)[:8].upper()
        _log.info("page_incident", code=code, event_id=incident_id)
        at = clock_time(self._clock.now(), language.tag, self.renderer.zone)
        return {"code": f"{incident_id[:4]}-{incident_id[4:]}", "at": at}

    def returning(
        self,
        request: Request,
        target: ResponseTarget,
        *,
        language: Language | None = None,
        last: Mapping[str, object] | None = None,
    ) -> Response:
        """Render the page that takes the browser on, and set the session cookie if there is one.

        `last` is the person's last access, told as long as the page stands.

        Chromium applies form-action to the redirects after a form post, so the way back to the
        relying party is a page that moves on by itself, not a redirect.
        """
        if not _is_safe(target.url):
            return self.failed(request)
        language = language or self.renderer.language(request)
        name = _name(target.client_name, language) or urlsplit(target.url).netloc
        form_post = target.mode == "form_post"
        response = self.renderer.page(
            request,
            "form_post.html" if form_post else "returning.html",
            language,
            form_action=_form_action(target.url) if form_post else "'self'",
            referrer_policy="no-referrer",
            context={"url": target.url, "name": name, "fields": target.params, "last": last},
        )
        if target.new_session_cookie:
            cookies.set_session_cookie(response, target.new_session_cookie)
        return response

    def confirm_logout(self, request: Request, question: LogoutQuestion) -> Response:
        """Ask whether to end the session."""
        language = self.renderer.language(request, ui_locales=question.ui_locales)
        context = {
            "action": question.action,
            "token": question.token,
            "name": _name(question.client_name, language),
            "others": question.others,
        }
        return self.renderer.page(request, "logout.html", language, context=context)

    def logged_out(self, request: Request, outcome: LoggedOut) -> Response:
        """Say what happened to the session, and lead back to the relying party if it may."""
        language = self.renderer.language(request, ui_locales=outcome.ui_locales)
        title = _STILL_OPEN if outcome.stays else _LOGGED_OUT if outcome.ended else _NONE_OPEN
        return_to = outcome.return_to
        if return_to and not _is_safe(return_to):
            return_to = None
        context = {
            "title": language.text(title),
            "ended": outcome.ended,
            "return_to": return_to,
            "by_itself": outcome.by_itself,
            "name": _name(outcome.client_name, language),
        }
        return self.renderer.page(
            request, "logged_out.html", language, referrer_policy="no-referrer", context=context
        )


def _is_safe(url: str) -> bool:
    return urlsplit(url).scheme.lower() not in _FORBIDDEN_SCHEMES


def _name(names: Mapping[str, str] | None, language: Language) -> str | None:
    """Return a relying party's name in a language, else the one without language."""
    if not names:
        return None
    return names.get(language.tag) or names.get("") or next(iter(names.values()))


# Content Security Policy Level 3 section 6.4.1: a source is an origin; a redirect_uri with a
# private scheme has none, so the scheme is the source.
def _form_action(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


# Where forms stand that people fill in; everywhere else a program asked.
_FORMS = re.compile(r"/(login|cert|activate|recover|not-me|register|offices)(/|$)")


def answer_too_large(app: FastAPI, request: Request) -> Response:
    """Answer a request that passes the size we read: a page to a person, a problem to a program."""
    login = getattr(app.state, "login", None)
    if login is None or not _FORMS.match(request.url.path):
        return problem("body-too-large", 413)
    pages: TemplatePages = login.pages
    return pages.too_large(request)
