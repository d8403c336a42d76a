"""Where the tokens shall be good (RFC 8707)."""

from __future__ import annotations

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.rules import resources


def invalid_target(private: str) -> OAuthError:
    """Make the error of RFC 8707 section 2."""
    return OAuthError(
        "invalid_target",
        "The resource is not one that this client may ask for.",
        private=private,
        rule="resource_unknown",
    )


# RFC 8707 section 2.1: the resources are those of the grant; a token request can only narrow them.
def check_resource(draft: Draft) -> None:
    """Keep the resources asked for, all of which the client may address."""
    try:
        draft.resources = resources.read(draft.get("resource"))
        resources.check_known(draft.resources, (*draft.client.audiences, draft.issuer))
    except resources.TargetError as error:
        raise invalid_target(str(error)) from error
