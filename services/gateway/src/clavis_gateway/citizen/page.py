"""One request of the public pages of enrolment: its cookie, its form, its page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from clavis_kit.ids import decode_base64url, encode_base64url
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway.citizen import texts
from clavis_gateway.deps import get_deps
from clavis_gateway.login import guard
from clavis_gateway.login.clients.enrolment import WAYS, EnrolmentClient, Way
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.flow import MAX_FIELDS, StaleForm, origin_of, text_fields
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.parts import Login, login_of
from clavis_gateway.login.render import PageFault

COOKIE = "__Host-Http-register"
# A video call is booked days ahead; its booking is found again in the same browser.
COOKIE_SECONDS = 30 * 24 * 3600
SCOPE = "register"
_MAX_COOKIE = 2000


@dataclass(frozen=True, slots=True)
class Begun:
    """What this browser carries from screen to screen; the registry judges every step again."""

    secret: str
    way: Way = "letter"
    completion_id: str = ""
    phone_hint: str = ""
    expires_at: str = ""
    booking: str = ""
    reference: str = ""
    receipt: str = ""
    email_proof: str = ""
    email_hint: str = ""
    renunciation: str = ""
    proof: str = ""


def read_begun(cookie: str | None) -> Begun | None:
    """Read the cookie; one that is not ours in form is none."""
    if not cookie or len(cookie) > _MAX_COOKIE:
        return None
    try:
        begun = Begun(**json.loads(decode_base64url(cookie)))
        if begun.expires_at:
            datetime.fromisoformat(begun.expires_at)
    except (ValueError, TypeError):
        return None
    ours = all(isinstance(value, str) for value in asdict(begun).values())
    return begun if ours and begun.secret and begun.way in WAYS else None


def write_begun(begun: Begun) -> str:
    """Write the cookie's value."""
    return encode_base64url(json.dumps(asdict(begun), separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What one request works with."""

    request: Request
    login: Login
    language: Language
    begun: Begun
    public_url: str

    @property
    def registry(self) -> EnrolmentClient:
        """The registry, for people without a session."""
        return self.login.enrolment

    @property
    def source(self) -> str:
        """The network address, by which the registry limits requests."""
        return self.login.terminator.source_of(self.request) or "unknown"

    async def form(self) -> dict[str, str]:
        """Read the posted form. Raises StaleForm unless it is ours."""
        values = text_fields(await self.request.form(max_files=0, max_fields=MAX_FIELDS))
        if not guard.is_our_form(
            token=values.get(guard.FIELD, ""),
            browser_secret=self.begun.secret,
            scope=SCOPE,
            headers=self.request.headers,
            origin=origin_of(self.public_url),
        ):
            raise StaleForm
        return values

    def fault(self, code: str, field: str = "", **values: Any) -> PageFault:
        """Put an error code into the words of this page."""
        renderer = self.login.pages.renderer
        return renderer.fault(self.language, code, field, messages=texts.FAULTS, **values)

    def faults(self, errors: Iterable[FieldError]) -> list[PageFault]:
        """Put the errors of a form into the words of this page."""
        return [self.fault(error.code, error.field) for error in errors]

    def code_fault(self, answer: Answer) -> tuple[PageFault, int]:
        """Tell why a code that was typed does not pass, and with which status."""
        match answer["outcome"]:
            case "wrong":
                left = answer.get("attempts_left") or 0
                return self.fault("otp-wrong", "otp", attempts_left=left), 422
            case "locked":
                return self.fault("otp-locked", "otp"), 429
            case _:
                return self.fault("otp-expired", "otp"), 422

    def with_code(self, way: Way, answer: dict[str, Any]) -> PublicPage:
        """Remember that a code was sent to a phone."""
        begun = replace(
            self.begun,
            way=way,
            completion_id=answer["completion_id"],
            phone_hint=answer["phone_hint"],
            expires_at=answer["expires_at"],
        )
        return replace(self, begun=begun)

    def with_booking(self, token: str) -> PublicPage:
        """Remember a booked call, or forget it with an empty token."""
        return replace(self, begun=replace(self.begun, booking=token))

    def with_case(self, reference: str) -> PublicPage:
        """Remember an automatic identification whose phone is proved: its code is used up."""
        begun = replace(self.begun, completion_id="", reference=reference)
        return replace(self, begun=begun)

    def with_receipt(self, token: str) -> PublicPage:
        """Forget the enrolment, and keep the token that shows who enrolled."""
        return replace(self, begun=Begun(self.begun.secret, receipt=token))

    def with_email(self, answer: dict[str, Any]) -> PublicPage:
        """Remember that a code was sent to the e-mail address."""
        begun = replace(
            self.begun,
            email_proof=answer["email_proof_id"],
            email_hint=answer["email_hint"],
            expires_at=answer["expires_at"],
        )
        return replace(self, begun=begun)

    def with_renunciation(self, answer: dict[str, Any]) -> PublicPage:
        """Remember that somebody asked to renounce with a letter."""
        begun = replace(
            self.begun, renunciation=answer["renunciation_id"], expires_at=answer["expires_at"]
        )
        return replace(self, begun=begun)

    def with_proof(self, token: str) -> PublicPage:
        """Forget everything else: the identity has ended, and the proof waits to be fetched."""
        return replace(self, begun=Begun(self.begun.secret, proof=token))

    def to(self, path: str) -> Response:
        """Go on to another page (RFC 9110 section 15.4.4: with GET), keeping what was begun."""
        return self._keep(RedirectResponse(path, status_code=303))

    def page(
        self,
        template: str,
        path: str | None,
        *,
        faults: Sequence[PageFault] = (),
        status: int = 200,
        keep: bool = True,
        **context: Any,
    ) -> Response:
        """Render a page; `path` is where its language links lead, None for no links.

        Without `keep` the browser forgets what was begun.
        """
        shown = {"csrf": guard.form_token(self.begun.secret, SCOPE), "public": texts, "typed": {}}
        response = self.login.pages.renderer.page(
            self.request,
            template,
            self.language,
            status=status,
            language_url=path,
            faults=faults,
            context=shown | context,
        )
        if keep:
            return self._keep(response)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _keep(self, response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            write_begun(self.begun),
            max_age=COOKIE_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response


def open_page(request: Request) -> PublicPage:
    """Read what this browser began, or begin with a new secret."""
    deps, login = get_deps(request), login_of(request)
    begun = read_begun(request.cookies.get(COOKIE)) or Begun(deps.new_secret())
    language = login.pages.renderer.language(request)
    return PublicPage(request, login, language, begun, deps.settings.public_url)
