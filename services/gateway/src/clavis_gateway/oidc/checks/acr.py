"""Which level of assurance a request needs and which one the answer states."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.loa import Loa, from_acr

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.records import AuthorizationRequest, RelyingParty


# OpenID Connect Core 1.0 section 3.1.2.1: acr_values are in order of preference. An essential acr
# claim, read before, is the stronger word; the client's registered default is the weakest.
def check_acr_values(draft: Draft) -> None:
    """Keep what the client would accept."""
    if draft.acr_values:
        return
    asked = (draft.get("acr_values") or "").split()
    draft.acr_values = tuple(asked or draft.client.metadata.get("default_acr_values", ()))


# Unmet Authentication Requirements 1.0 section 3: an essential acr that cannot be met at all.
def check_acr_possible(draft: Draft) -> None:
    """Refuse a demand for levels we do not know."""
    if draft.acr_essential and not _levels(draft.acr_values):
        raise unmet()


@dataclass(frozen=True, slots=True)
class Demand:
    """The level a login must reach, and whether a lower one would be an error of ours."""

    required: Loa
    essential: bool


def demand(client: RelyingParty, request: AuthorizationRequest) -> Demand:
    """Combine the client's minimum with the least level the request accepts."""
    levels = _levels(request.acr_values)
    least = min(levels, default=Loa.LOW)
    return Demand(
        max(client.minimum_loa, least),
        essential=request.acr_essential or client.minimum_loa > Loa.LOW,
    )


def stated_acr(reached: Loa, request: AuthorizationRequest) -> str:
    """Return the acr to state: never above what was reached, one of those asked for if any fits.

    Higher satisfies lower: who asked for substantial and got high is told substantial (OpenID
    Connect Core 1.0 section 5.5.1.1: the value must match one of those requested).
    """
    fitting = [level for level in _levels(request.acr_values) if level <= reached]
    return max(fitting, default=reached).acr


def unmet() -> OAuthError:
    """Make the error for a level that was not or cannot be reached."""
    return OAuthError(
        "unmet_authentication_requirements", "The required level of assurance was not reached."
    )


def _levels(values: tuple[str, ...]) -> list[Loa]:
    return [level for value in values if (level := from_acr(value)) is not None]
