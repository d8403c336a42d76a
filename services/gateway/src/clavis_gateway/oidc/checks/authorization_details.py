"""What else is asked for than scopes (RFC 9396)."""

from __future__ import annotations

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc import authorization_details
from clavis_gateway.oidc.authorization_details import TYPES
from clavis_gateway.oidc.checks.draft import Draft


def invalid_details(reason: str, rule: str = "authorization_details") -> OAuthError:
    """Make the error of RFC 9396 section 5. `reason` names a member of ours, never a value."""
    return OAuthError(
        "invalid_authorization_details",
        f"The authorization_details are not valid for this client: {reason}.",
        rule=rule,
    )


# RFC 9396 sections 2 and 5.
def check_authorization_details(draft: Draft) -> None:
    """Keep what is asked for, each element of a type that the client registered."""
    try:
        asked = authorization_details.read(
            draft.get("authorization_details"), draft.client.authorization_details_types
        )
    except authorization_details.DetailsError as error:
        raise invalid_details(str(error)) from error
    # RFC 9396 section 12: names of documents have no place in browser histories and logs.
    if not draft.pushed and any(TYPES[element["type"]].pushed_only for element in asked):
        raise invalid_details("not pushed", rule="authorization_details_not_pushed")
    draft.authorization_details = asked
