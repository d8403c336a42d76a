"""The three screens that set a password: their cookie, their forms and how they render.

An activation makes the first password; a recovery makes another in place of a forgotten one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from clavis_kit.ids import decode_base64url, encode_base64url, is_id
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway.deps import get_deps
from clavis_gateway.login import guard
from clavis_gateway.login.clients.permanent import Setup
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.flow import MAX_FIELDS, StaleForm, origin_of, text_fields, typed
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.parts import Login, login_of
from clavis_gateway.login.render import PageFault

COOKIES: dict[Setup, str] = {
    "activate": "__Host-Http-activation",
    "recover": "__Host-Http-recovery",
}
COOKIE_SECONDS = 30 * 60
_MAX_COOKIE = 2000


@dataclass(frozen=True, slots=True)
class SetupState:
    """What this browser carries from screen to screen. Nobody else ever sees it."""

    secret: str
    setup_id: str | None = None
    phone_hint: str = ""
    expires_at: str = ""
    phone_proved: bool = False
    flow_id: str | None = None


def read_state(cookie: str | None) -> SetupState | None:
    """Read the cookie; one that is not ours in form is none."""
    if not cookie or len(cookie) > _MAX_COOKIE:
        return None
    try:
        stored = json.loads(decode_base64url(cookie))
        state = SetupState(**stored)
        if state.expires_at:
            datetime.fromisoformat(state.expires_at)
    except (ValueError, TypeError):
        return None
    texts = (state.secret, state.phone_hint, state.setup_id or "", state.flow_id or "")
    return state if state.secret and all(isinstance(text, str) for text in texts) else None


def write_state(state: SetupState) -> str:
    """Write the cookie's value."""
    return encode_base64url(json.dumps(asdict(state), separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class SetupPage:
    """What one request of these screens works with."""

    request: Request
    setup: Setup
    login: Login
    language: Language
    state: SetupState
    public_url: str

    async def form(self) -> dict[str, str]:
        """Read the posted form. Raises StaleForm unless it is ours."""
        values = text_fields(await self.request.form(max_files=0, max_fields=MAX_FIELDS))
        if not guard.is_our_form(
            token=values.get(guard.FIELD, ""),
            browser_secret=self.state.secret,
            scope=self.setup,
            headers=self.request.headers,
            origin=origin_of(self.public_url),
        ):
            raise StaleForm
        return values

    def fault(self, code: str, field: str = "", **values: Any) -> PageFault:
        """Put an error code into the words of this page."""
        return self.login.pages.renderer.fault(self.language, code, field, **values)

    def to(self, path: str) -> Response:
        """Go on to another of these screens (RFC 9110 section 15.4.4: with GET)."""
        return RedirectResponse(f"/{self.setup}{path}", status_code=303)

    def keep(self, response: Response) -> Response:
        """Give the browser the state."""
        response.set_cookie(
            COOKIES[self.setup],
            write_state(self.state),
            max_age=COOKIE_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    def restarted(self) -> SetupPage:
        """Forget what was begun before; remember which login it serves."""
        flow_id = self.request.query_params.get("flow") or self.state.flow_id
        known = flow_id if flow_id and is_id(flow_id) else None
        return replace(self, state=SetupState(self.state.secret, flow_id=known))

    def with_code(self, answer: Answer) -> SetupPage:
        """Remember that a code was sent."""
        state = replace(
            self.state,
            setup_id=answer["activation_id"],
            phone_hint=answer["phone_hint"],
            expires_at=answer["expires_at"],
            phone_proved=False,
        )
        return replace(self, state=state)

    def with_phone_proved(self) -> SetupPage:
        """Remember that the phone was proved (the service knows it too, and checks)."""
        return replace(self, state=replace(self.state, phone_proved=True))

    def start_page(self, values: dict[str, str], *faults: PageFault, status: int = 200) -> Response:
        """Render the first screen."""
        shown = typed(values, "identifier", "email")
        response = self._page("setup_start.html", 1, "", faults, status, typed=shown)
        return self.keep(response)

    def code_page(self, *faults: PageFault, status: int = 200) -> Response:
        """Render the second screen."""
        return self._page("setup_code.html", 2, "/code", faults, status)

    def password_page(self, *faults: PageFault, status: int = 200) -> Response:
        """Render the third screen."""
        return self._page("setup_password.html", 3, "/password", faults, status)

    def done_page(self, expires_on: str) -> Response:
        """Render the end, and forget what was done."""
        flow_url = f"/login/{self.state.flow_id}/permanent" if self.state.flow_id else None
        response = self._page(
            "setup_done.html", 3, None, (), 200, expires_on=expires_on, flow_url=flow_url
        )
        response.delete_cookie(
            COOKIES[self.setup], path="/", secure=True, httponly=True, samesite="lax"
        )
        return response

    def _page(
        self,
        template: str,
        step: int,
        path: str | None,
        faults: tuple[PageFault, ...],
        status: int,
        **context: Any,
    ) -> Response:
        frame = {
            "csrf": guard.form_token(self.state.secret, self.setup),
            "setup": self.setup,
            "step": step,
            "state": self.state,
        }
        return self.login.pages.renderer.page(
            self.request,
            template,
            self.language,
            status=status,
            language_url=None if path is None else f"/{self.setup}{path}",
            faults=faults,
            context=frame | context,
        )


def open_setup(request: Request) -> SetupPage:
    """Read this browser's state, or begin with a new secret. The path says what is set up."""
    deps, login = get_deps(request), login_of(request)
    setup: Setup = "recover" if request.url.path.startswith("/recover") else "activate"
    state = read_state(request.cookies.get(COOKIES[setup])) or SetupState(deps.new_secret())
    language = login.pages.renderer.language(request)
    return SetupPage(request, setup, login, language, state, deps.settings.public_url)
