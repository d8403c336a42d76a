"""Which level of assurance a request needs and which one the answer states."""

from __future__ import annotations

from clavis_kit.loa import Loa

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.records import AuthorizationRequest, RelyingParty
from clavis_gateway.rules import policy
from clavis_gateway.rules.levels import LevelPolicy
from clavis_gateway.rules.policy import Ask, Demand


# OpenID Connect Core 1.0 section 3.1.2.1: acr_values are in order of preference. An essential acr
# claim, read before, is the stronger word; the client's registered default is the weakest.
def check_acr_values(draft: Draft) -> None:
    """Keep what the client would accept."""
    if draft.acr_values:
        return
    asked = (draft.get("acr_values") or "").split()
    draft.acr_values = tuple(asked or draft.client.metadata.get("default_acr_values", ()))


# Unmet Authentication Requirements 1.0 section 2: an essential acr that cannot be met at all.
def check_acr_possible(draft: Draft) -> None:
    """Refuse a demand for levels that mean nothing here, before anybody is asked to log in."""
    ask = Ask(acr_values=draft.acr_values, essential=draft.acr_essential)
    if draft.acr_essential and not policy.levels_asked(ask, draft.client.terms):
        raise unmet()


def ask_of(request: AuthorizationRequest, *, login: bool = False) -> Ask:
    """Say what a request demands of the login; `login`: the person must act in any case."""
    return Ask(request.acr_values, request.acr_essential, request.max_age, login)


def demand(client: RelyingParty, request: AuthorizationRequest) -> Demand:
    """Combine the client's minimum with the least level the request accepts."""
    return policy.demand(client.terms, ask_of(request))


def reachable(client: RelyingParty, request: AuthorizationRequest, levels: LevelPolicy) -> bool:
    """Say whether anybody could meet the request at this client."""
    return policy.reachable(client.terms, ask_of(request), levels)


def stated_acr(reached: Loa, client: RelyingParty, request: AuthorizationRequest) -> str:
    """Return the acr to state, in the client's own words where it used them."""
    return policy.stated_acr(reached, client.terms, ask_of(request))


def unmet() -> OAuthError:
    """Make the error for a level that was not or cannot be reached."""
    return OAuthError(
        "unmet_authentication_requirements", "The required level of assurance was not reached."
    )
