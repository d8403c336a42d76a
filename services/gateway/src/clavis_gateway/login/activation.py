"""The three screens of the activation: their cookie, their forms and how they render."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from clavis_kit.ids import decode_base64url, encode_base64url, is_id
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway.deps import get_deps
from clavis_gateway.login import guard
from clavis_gateway.login.clients import Answer
from clavis_gateway.login.flow import MAX_FIELDS, StaleForm, origin_of, text_fields, typed
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.parts import Login, login_of
from clavis_gateway.login.render import PageFault

COOKIE = "__Host-Http-activation"
COOKIE_SECONDS = 30 * 60
_SCOPE = "activate"
_MAX_COOKIE = 2000


@dataclass(frozen=True, slots=True)
class ActivationState:
    """What this browser carries from screen to screen. Nobody else ever sees it."""

    secret: str
    activation_id: str | None = None
    phone_hint: str = ""
    expires_at: str = ""
    phone_proved: bool = False
    flow_id: str | None = None


def read_state(cookie: str | None) -> ActivationState | None:
    """Read the cookie; one that is not ours in form is none."""
    if not cookie or len(cookie) > _MAX_COOKIE:
        return None
    try:
        stored = json.loads(decode_base64url(cookie))
        state = ActivationState(**stored)
        if state.expires_at:
            datetime.fromisoformat(state.expires_at)
    except (ValueError, TypeError):
        return None
    texts = (state.secret, state.phone_hint, state.activation_id or "", state.flow_id or "")
    return state if state.secret and all(isinstance(text, str) for text in texts) else None


def write_state(state: ActivationState) -> str:
    """Write the cookie's value."""
    return encode_base64url(json.dumps(asdict(state), separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class ActivationPage:
    """What one request of the activation works with."""

    request: Request
    login: Login
    language: Language
    state: ActivationState
    public_url: str

    async def form(self) -> dict[str, str]:
        """Read the posted form. Raises StaleForm unless it is ours."""
        values = text_fields(await self.request.form(max_files=0, max_fields=MAX_FIELDS))
        if not guard.is_our_form(
            token=values.get(guard.FIELD, ""),
            browser_secret=self.state.secret,
            scope=_SCOPE,
            headers=self.request.headers,
            origin=origin_of(self.public_url),
        ):
            raise StaleForm
        return values

    def fault(self, code: str, field: str = "", **values: Any) -> PageFault:
        """Put an error code into the words of this page."""
        return self.login.pages.renderer.fault(self.language, code, field, **values)

    def keep(self, response: Response) -> Response:
        """Give the browser the state."""
        response.set_cookie(
            COOKIE,
            write_state(self.state),
            max_age=COOKIE_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    def restarted(self) -> ActivationPage:
        """Forget an activation begun before; remember which login it serves."""
        flow_id = self.request.query_params.get("flow") or self.state.flow_id
        known = flow_id if flow_id and is_id(flow_id) else None
        return replace(self, state=ActivationState(self.state.secret, flow_id=known))

    def with_code(self, answer: Answer) -> ActivationPage:
        """Remember that a code was sent."""
        state = replace(
            self.state,
            activation_id=answer["activation_id"],
            phone_hint=answer["phone_hint"],
            expires_at=answer["expires_at"],
            phone_proved=False,
        )
        return replace(self, state=state)

    def with_phone_proved(self) -> ActivationPage:
        """Remember that the phone was proved (the service knows it too, and checks)."""
        return replace(self, state=replace(self.state, phone_proved=True))

    def start_page(self, values: dict[str, str], *faults: PageFault, status: int = 200) -> Response:
        """Render the first screen."""
        shown = typed(values, "identifier", "email")
        response = self._page("activate_start.html", 1, "/activate", faults, status, typed=shown)
        return self.keep(response)

    def code_page(self, *faults: PageFault, status: int = 200) -> Response:
        """Render the second screen."""
        return self._page("activate_code.html", 2, "/activate/code", faults, status)

    def password_page(self, *faults: PageFault, status: int = 200) -> Response:
        """Render the third screen."""
        return self._page("activate_password.html", 3, "/activate/password", faults, status)

    def done_page(self, expires_on: str) -> Response:
        """Render the end, and forget the activation."""
        flow_url = f"/login/{self.state.flow_id}/permanent" if self.state.flow_id else None
        response = self._page(
            "activate_done.html", 3, None, (), 200, expires_on=expires_on, flow_url=flow_url
        )
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _page(
        self,
        template: str,
        step: int,
        language_url: str | None,
        faults: tuple[PageFault, ...],
        status: int,
        **context: Any,
    ) -> Response:
        frame = {
            "csrf": guard.form_token(self.state.secret, _SCOPE),
            "step": step,
            "state": self.state,
        }
        return self.login.pages.renderer.page(
            self.request,
            template,
            self.language,
            status=status,
            language_url=language_url,
            faults=faults,
            context=frame | context,
        )


def open_activation(request: Request) -> ActivationPage:
    """Read this browser's state, or begin with a new secret."""
    deps, login = get_deps(request), login_of(request)
    state = read_state(request.cookies.get(COOKIE)) or ActivationState(deps.new_secret())
    language = login.pages.renderer.language(request)
    return ActivationPage(request, login, language, state, deps.settings.public_url)
