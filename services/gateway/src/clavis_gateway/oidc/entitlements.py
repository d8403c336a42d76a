"""What a token is good for beyond its scope: where (RFC 8707) and for which details (RFC 9396)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clavis_gateway.oidc import authorization_details
from clavis_gateway.oidc.authorization_details import TYPES, Detail, DetailsError
from clavis_gateway.oidc.checks.authorization_details import invalid_details
from clavis_gateway.oidc.checks.resource import invalid_target
from clavis_gateway.records import Grant, RelyingParty
from clavis_gateway.rules import resources


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Where a token is good and what it may be used for."""

    audience: tuple[str, ...]
    details: tuple[Detail, ...]
    opaque: bool
    """A handle that only we can read, rather than a JWT."""


def entitled(
    form: Mapping[str, str], client: RelyingParty, grant: Grant | None, issuer: str, *, first: bool
) -> Entitlement:
    """Narrow what was granted to what a token request asks for.

    `first` is false when tokens are refreshed. Raises OAuthError invalid_target and
    invalid_authorization_details.
    """
    audience = _audience(form, client, grant, issuer)
    return Entitlement(
        audience,
        _details(form, client, grant, first=first),
        resources.opaque(audience, issuer, client.metadata.get("access_token_format")),
    )


def _audience(
    form: Mapping[str, str], client: RelyingParty, grant: Grant | None, issuer: str
) -> tuple[str, ...]:
    granted = grant.resources if grant else ()
    try:
        asked = resources.read(form.get("resource"))
        return resources.audience(asked, granted, client.audiences, issuer)
    except resources.TargetError as error:
        raise invalid_target(str(error)) from error


# RFC 9396 section 6; section 3 for a client on its own, which can approve nothing for a person.
def _details(
    form: Mapping[str, str], client: RelyingParty, grant: Grant | None, *, first: bool
) -> tuple[Detail, ...]:
    try:
        asked = authorization_details.read(
            form.get("authorization_details"), client.authorization_details_types
        )
        if grant is None:
            return _without_person(asked)
        granted = grant.authorization_details
        left = granted if first else authorization_details.refreshed(granted)
        return authorization_details.narrowed(asked, left)
    except DetailsError as error:
        raise invalid_details(str(error)) from error


def _without_person(asked: tuple[Detail, ...]) -> tuple[Detail, ...]:
    if any(TYPES[element["type"]].needs_person for element in asked):
        raise DetailsError("an element needs a person to approve it")
    return asked
