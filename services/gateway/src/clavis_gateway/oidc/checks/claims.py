"""The claims parameter."""

from __future__ import annotations

import json
from typing import Any

from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.metadata import CLAIMS_OF_SCOPE, OWN_CLAIMS, REGISTRY_CLAIMS
from clavis_gateway.records import AuthorizationRequest

_KNOWN = REGISTRY_CLAIMS | set(OWN_CLAIMS)


# OpenID Connect Core 1.0 section 5.5: a JSON object with userinfo and id_token; members that are
# not understood are ignored.
def check_claims(draft: Draft) -> None:
    """Keep the known claims asked for, and whether each is essential."""
    text = draft.get("claims")
    if text is None:
        return
    wanted = _parse(text)
    draft.claims = {
        member: _known(wanted[member]) for member in ("id_token", "userinfo") if wanted.get(member)
    }
    acr = (
        wanted.get("id_token", {}).get("acr") if isinstance(wanted.get("id_token"), dict) else None
    )
    if isinstance(acr, dict) and acr.get("essential") is True:
        _demand_acr(draft, acr)


def _parse(text: str) -> dict[str, Any]:
    try:
        wanted = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_request("The claims parameter is not JSON.") from error
    if not isinstance(wanted, dict):
        raise invalid_request("The claims parameter is not a JSON object.")
    return wanted


def _known(member: object) -> dict[str, bool]:
    if not isinstance(member, dict):
        raise invalid_request("A member of the claims parameter is not a JSON object.")
    kept: dict[str, bool] = {}
    for name, ask in member.items():
        if ask is not None and not isinstance(ask, dict):
            raise invalid_request("A claim is asked for in an unknown way.")
        if name in _KNOWN:
            kept[name] = isinstance(ask, dict) and ask.get("essential") is True
    return kept


# OpenID Connect Core 1.0 section 5.5.1.1: an essential acr must be met or the request fails.
def _demand_acr(draft: Draft, ask: dict[str, Any]) -> None:
    values = ask.get("values", [ask["value"]] if "value" in ask else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise invalid_request("The values of the acr claim are not a list of strings.")
    if values:
        draft.acr_values = tuple(values)
        draft.acr_essential = True


def userinfo_claims(scope: str, claims: dict[str, Any]) -> tuple[str, ...]:
    """List the claims that userinfo owes for the granted scopes and the claims parameter."""
    names = [name for granted in scope.split() for name in CLAIMS_OF_SCOPE.get(granted, ())]
    return tuple(dict.fromkeys([*names, *claims.get("userinfo", {})]))


def id_token_claims(claims: dict[str, Any]) -> tuple[str, ...]:
    """List the claims asked for in the ID token itself: only the claims parameter can."""
    return tuple(claims.get("id_token", {}))


def requested_claims(request: AuthorizationRequest) -> tuple[str, ...]:
    """List every claim that a request would let the client read, wherever it is delivered."""
    told = userinfo_claims(request.scope, request.claims) + id_token_claims(request.claims)
    return tuple(dict.fromkeys(told))
