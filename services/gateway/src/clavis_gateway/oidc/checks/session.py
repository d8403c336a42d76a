"""Whether a live session answers the request or the person must act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_gateway.errors import OAuthError
from clavis_gateway.interaction_values import Reason
from clavis_gateway.oidc.checks.acr import Demand, unmet
from clavis_gateway.records import AuthorizationRequest, RelyingParty, Session

_ASK_AGAIN = frozenset({"login", "consent", "select_account"})


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
) -> Decision:
    """Judge the browser's session. `session_sub` is its person as this client knows them.

    Consent and account selection are met by asking the person to identify again on a page that
    names the service and the data it wants.
    """
    if session is None or not client.sso_allowed:
        return Decision(frozenset({Reason.NO_SESSION}), None)
    reasons: set[Reason] = set()
    # OpenID Connect Core 1.0 section 3.1.2.3 and, for a person other than the hinted one, 3.1.2.1.
    if _ASK_AGAIN & set(request.prompt) or (
        request.hinted_sub is not None and request.hinted_sub != session_sub
    ):
        reasons.add(Reason.PROMPT_LOGIN)
    if request.max_age is not None and _too_old(session.auth_time, request.max_age, now):
        reasons.add(Reason.MAX_AGE)
    if not _method_accepted(client, session):
        reasons.add(Reason.NO_SESSION)
    if session.loa < demand.required:
        reasons.add(Reason.STEP_UP)
    builds_on = session if reasons <= {Reason.STEP_UP} else None
    return Decision(frozenset(reasons), builds_on)


# A zero max_age asks for login like prompt=login does; otherwise whole seconds count.
def _too_old(auth_time: datetime, max_age: int, now: datetime) -> bool:
    return max_age == 0 or now - auth_time > timedelta(seconds=max_age)


def _method_accepted(client: RelyingParty, session: Session) -> bool:
    return session.method in client.allowed_methods


# OpenID Connect Core 1.0 section 3.1.2.6: which error a silent request gets.
def silent_error(decision: Decision) -> OAuthError:
    """Make the error for prompt=none when the person would have to act."""
    if decision.reasons == {Reason.STEP_UP}:
        return unmet()
    return OAuthError("login_required", "The person must log in.")
