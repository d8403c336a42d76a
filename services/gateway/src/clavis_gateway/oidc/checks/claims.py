"""The claims parameter."""

from __future__ import annotations

from typing import Any

from clavis_kit import strict_json
from clavis_kit.strict_json import JsonRefusedError

from clavis_gateway.errors import OAuthError, invalid_request
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
        member: _known(wanted[member])
        for member in ("id_token", "userinfo")
        if wanted.get(member) is not None
    }
    id_token, userinfo = wanted.get("id_token") or {}, wanted.get("userinfo") or {}
    check_acr_asked(draft, id_token.get("acr"))
    check_sub_asked(draft, [id_token.get("sub"), userinfo.get("sub")])


def _parse(text: str) -> dict[str, Any]:
    try:
        wanted = strict_json.loads(text)
    except JsonRefusedError as error:
        raise _refused("The claims parameter is not JSON.") from error
    if not isinstance(wanted, dict):
        raise _refused("The claims parameter is not a JSON object.")
    return wanted


def _known(member: object) -> dict[str, bool]:
    if not isinstance(member, dict):
        raise _refused("A member of the claims parameter is not a JSON object.")
    kept: dict[str, bool] = {}
    for name, ask in member.items():
        if ask is not None and not isinstance(ask, dict):
            raise _refused("A claim is asked for in an unknown way.")
        if isinstance(ask, dict):
            _check_ask(ask)
        if name in _KNOWN:
            kept[name] = isinstance(ask, dict) and ask.get("essential") is True
    return kept


# OpenID Connect Core 1.0 section 5.5.1: essential is a boolean, values an array.
def _check_ask(ask: dict[str, Any]) -> None:
    if not isinstance(ask.get("essential", False), bool):
        raise _refused("The essential of a claim is not true or false.")
    if not isinstance(ask.get("values", []), list):
        raise _refused("The values of a claim are not a list.")


# OpenID Connect Core 1.0 section 5.5.1.1: an essential acr must be met or the request fails; a
# voluntary one says what is preferred, as acr_values does.
def check_acr_asked(draft: Draft, ask: dict[str, Any] | None) -> None:
    """Keep the levels that the claims parameter asks for."""
    values = _values(ask)
    if values:
        draft.acr_values = values
        draft.acr_essential = bool(ask and ask.get("essential"))


# OpenID Connect Core 1.0 section 5.5.1: a sub with a value is about that person and nobody else.
def check_sub_asked(draft: Draft, asks: list[dict[str, Any] | None]) -> None:
    """Keep whom the request is about. Two people are none."""
    asked = {value for ask in asks for value in _values(ask)}
    if len(asked) > 1:
        raise _refused("The claims parameter asks for more than one sub.")
    if asked:
        draft.hinted_sub = asked.pop()


def _values(ask: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the values one of which a claim shall have."""
    if ask is None:
        return ()
    values = ask.get("values", [ask["value"]] if "value" in ask else [])
    if not all(isinstance(value, str) for value in values):
        raise _refused("The values of a claim are not strings.")
    return tuple(values)


def _refused(description: str) -> OAuthError:
    return invalid_request(description)


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
