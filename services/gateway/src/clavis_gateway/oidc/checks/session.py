"""Whether a live session answers the request or the person must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clavis_gateway.errors import OAuthError
from clavis_gateway.interaction_values import BUILDS_ON, Reason
from clavis_gateway.oidc.checks.acr import ask_of, unmet
from clavis_gateway.records import AuthorizationRequest, RelyingParty, Session
from clavis_gateway.rules import policy
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.policy import Demand, Fault, Live, MaxAges

# Consent is met by a page that says what is sent; these are met by identifying again.
_ASK_AGAIN = frozenset({"login", "select_account", "create"})
_REASON_OF: Mapping[Fault, Reason] = {
    Fault.NOT_REUSED: Reason.NO_SESSION,
    Fault.LOGIN_ASKED: Reason.PROMPT_LOGIN,
    Fault.TOO_OLD: Reason.MAX_AGE,
    Fault.LEVEL_TOO_LOW: Reason.STEP_UP,
    Fault.LEVEL_TOO_OLD: Reason.LEVEL_AGED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Why the person must act (empty: the session answers), and the session to build on."""

    reasons: frozenset[Reason]
    session: Session | None


def decide(
    client: RelyingParty,
    request: AuthorizationRequest,
    demand: Demand,
    session: Session | None,
    session_sub: str | None,
    now: datetime,
    general: MaxAges,
) -> Decision:
    """Judge the browser's session. `session_sub` is its person as this client knows them.

    `general` are the operator's limits to the age of a level. Account selection is met by asking
    the person to identify again.
    """
    if session is None or not client.sso_allowed:
        return Decision(frozenset({Reason.NO_SESSION}), None)
    # OpenID Connect Core 1.0 section 3.1.2.3 and, for a person other than the hinted one, 3.1.2.1.
    login = bool(_ASK_AGAIN & set(request.prompt)) or (
        request.hinted_sub is not None and request.hinted_sub != session_sub
    )
    found = policy.faults(
        Live(session.loa, Method(session.method), session.auth_time, session.proved_at),
        demand, client.terms, ask_of(request, login=login), now, general,
    )  # fmt: skip
    reasons = frozenset(_REASON_OF[fault] for fault in found)
    return Decision(reasons, session if reasons <= BUILDS_ON else None)


# OpenID Connect Core 1.0 section 3.1.2.6: which error a silent request gets.
def silent_error(decision: Decision) -> OAuthError:
    """Make the error for prompt=none when the person would have to act."""
    if decision.reasons == {Reason.DISCLOSURE}:
        return OAuthError("consent_required", "The person must see what would be sent.")
    if decision.reasons and decision.reasons <= BUILDS_ON:
        return unmet()
    return OAuthError("login_required", "The person must log in.")
