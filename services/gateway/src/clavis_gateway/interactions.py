"""The interaction: one authorization request awaiting the person.

`oidc/` opens an interaction and redirects to `/login/{interaction_id}`; `login/` and
`certificates/` identify the person and hand back an `Authentication`; the functions here turn
that into the answer the relying party waits for. Neither side knows more of the other than this
module. An interaction belongs to the browser that opened it and is answered exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from clavis_kit.loa import Loa

from clavis_gateway.rules.levels import EnrolmentLevel, Method

if TYPE_CHECKING:
    from clavis_gateway.deps import Deps


class InteractionState(StrEnum):
    """Where an interaction stands; only an open one can be answered."""

    OPEN = "open"
    EXPIRED = "expired"
    ANSWERED = "answered"


class Reason(StrEnum):
    """Why the person must act (the texts on the login page depend on it)."""

    NO_SESSION = "no_session"
    PROMPT_LOGIN = "prompt_login"
    MAX_AGE = "max_age"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class ClientView:
    """What the pages may know and say about the relying party."""

    client_id: str
    name: dict[str, str]
    """Display name by language tag; "" holds the name without a language."""
    domain: str
    logo_uri: str | None
    minimum_loa: Loa
    allowed_methods: frozenset[Method]
    sso_allowed: bool
    first_party: bool
    purpose: dict[str, str] = field(default_factory=dict)
    """Why the relying party asks, by language tag; may be empty."""

    def display_name(self, language: str) -> str:
        """Return the name in `language`, else the untagged one, else the client id."""
        return self.name.get(language) or self.name.get("") or self.client_id


@dataclass(frozen=True, slots=True)
class SsoSessionView:
    """The live session of this browser, when the client may build on it."""

    session_id: str
    subject_id: str
    loa: Loa
    method: Method
    enrolment_level: EnrolmentLevel | None
    auth_time: datetime
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One authorization request awaiting the person."""

    interaction_id: str
    state: InteractionState
    client: ClientView
    required_loa: Loa
    essential: bool
    """The level was demanded (essential acr or the client's minimum), not merely preferred."""
    reasons: frozenset[Reason]
    login_hint: str | None
    ui_locales: tuple[str, ...]
    language: str | None
    """Language the person chose on a page of this interaction."""
    requested_claims: tuple[str, ...]
    session: SsoSessionView | None
    progress: dict[str, Any]
    """JSON owned by the login area, such as the open pin_request_id."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Authentication:
    """A person identified now: the fact the login area hands over."""

    subject_id: str
    method: Method
    amr: tuple[str, ...]
    loa: Loa
    auth_time: datetime
    enrolment_level: EnrolmentLevel | None
    national_id: str | None = None
    """Only for a certificate; used in memory, never stored."""
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseTarget:
    """Where the browser goes next and with what (rendered as the "returning to" page).

    mode "query": `url` is complete and `params` is already part of it; mode "form_post": POST
    `params` to `url`. `client_name` is by language. A `new_session_cookie` must be set with
    `cookies.set_session_cookie`.
    """

    url: str
    mode: Literal["query", "form_post"]
    params: dict[str, str]
    client_name: dict[str, str]
    new_session_cookie: str | None = None

    @property
    def error(self) -> str | None:
        """The OAuth error code the relying party receives, or None for success."""
        return self.params.get("error")


class InteractionClosed(Exception):  # noqa: N818 -- it names a state, not a fault
    """The interaction expired, was answered already, or belongs to another browser."""


async def load_interaction(
    deps: Deps, interaction_id: str, browser_cookie: str | None
) -> Interaction | None:
    """Return the interaction if this browser opened it, else None (expired ones included).

    `browser_cookie` is the value of `__Host-Http-flow`.
    """
    raise NotImplementedError


async def save_progress(deps: Deps, interaction_id: str, progress: dict[str, Any]) -> None:
    """Replace the login area's own JSON. Does nothing once the interaction is closed."""
    raise NotImplementedError


async def save_language(deps: Deps, interaction_id: str, language: str) -> None:
    """Remember the language the person chose for this interaction."""
    raise NotImplementedError


async def complete_interaction(
    deps: Deps, interaction_id: str, authentication: Authentication
) -> ResponseTarget:
    """Answer the request for an identified person: session, grant and code, or an error.

    The target carries an OAuth error instead of a code when the level does not suffice
    (unmet_authentication_requirements), when the person may no longer log in this way
    (access_denied), or when somebody else was expected (login_required): never a lower acr.
    Raises InteractionClosed when it was answered already or has expired.
    """
    raise NotImplementedError


async def fail_interaction(
    deps: Deps, interaction_id: str, error: str, description: str
) -> ResponseTarget:
    """Answer the request with an OAuth error, for example access_denied on cancel.

    Raises InteractionClosed when it was answered already or has expired.
    """
    raise NotImplementedError
