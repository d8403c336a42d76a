"""The values that cross the seam between the protocol and the login pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from clavis_kit.loa import Loa

from clavis_gateway.rules.levels import EnrolmentLevel, Method
from clavis_gateway.rules.policy import Demand, Terms


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
    LEVEL_AGED = "level_aged"
    """The level was proved too long ago for this relying party."""
    DISCLOSURE = "disclosure"
    """A session answers, but the person has not been told yet what would be sent."""


BUILDS_ON = frozenset({Reason.STEP_UP, Reason.LEVEL_AGED, Reason.DISCLOSURE})
"""Reasons that leave the session standing: only what it lacks is asked for."""


@dataclass(frozen=True, slots=True)
class ClientView:
    """What the pages may know and say about the relying party."""

    client_id: str
    name: Mapping[str, str]
    """Display name by language tag; "" holds the name without a language."""
    domain: str
    logo_uri: str | None
    minimum_loa: Loa
    allowed_methods: frozenset[Method]
    sso_allowed: bool
    first_party: bool
    home: str | None = None
    """Where a login at the relying party begins, or its own page; checked when registered."""
    portal: bool = False
    """Our own citizen portal, where a frozen person may unfreeze."""
    purpose: Mapping[str, str] = field(default_factory=dict)
    """Why the relying party asks, by language tag; may be empty."""
    claim_purposes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Why it asks for one claim, by claim and language tag."""
    policy_uri: Mapping[str, str] = field(default_factory=dict)
    """Where it says how it uses the data, by language tag; may be empty."""
    tos_uri: Mapping[str, str] = field(default_factory=dict)
    """Its terms of service, by language tag; may be empty."""
    terms: Terms = field(default_factory=Terms)
    """What it accepts of levels, methods and sessions."""
    in_test: bool = False
    """Only the people on its tester list may log in, and the pages say so."""

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
    consent_asked: bool = False
    """The relying party wants the page of data shown in any case (prompt=consent)."""
    authorization_details: tuple[dict[str, Any], ...] = ()
    """What is to be authorised (RFC 9396)."""

    @property
    def demand(self) -> Demand:
        """The level the login must reach."""
        return Demand(self.required_loa, self.essential)


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
    client_name: Mapping[str, str]
    new_session_cookie: str | None = None
    error: str | None = None
    """The OAuth error code the relying party receives, or None for success."""
