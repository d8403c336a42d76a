"""What is asked for and how it shall come back."""

from __future__ import annotations

from clavis_gateway.errors import OAuthError, invalid_request
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.metadata import RESPONSE_MODES


# OAuth 2.0 Multiple Response Type Encoding Practices section 2.1 and Form Post Response Mode 1.0.
def check_response_mode(draft: Draft) -> None:
    """Accept query and form_post. First of all checks: it decides how errors travel."""
    mode = draft.get("response_mode") or "query"
    if mode not in RESPONSE_MODES:
        raise invalid_request("The response_mode is not supported.")
    draft.response_mode = "form_post" if mode == "form_post" else "query"


# RFC 6749 section 4.1.1; RFC 9700 section 2.1.2: the code alone, no token in the front channel.
def check_response_type(draft: Draft) -> None:
    """Accept only response_type=code."""
    response_type = draft.get("response_type")
    if response_type is None:
        raise invalid_request("The response_type is missing.")
    if response_type != "code":
        raise OAuthError("unsupported_response_type", "Only the response_type code is supported.")
    if "authorization_code" not in draft.client.grant_types:
        raise OAuthError("unauthorized_client", "The client may not use this grant.")


# OpenID Connect Core 1.0 section 3.1.2.1: unknown scope values are ignored.
def check_scope(draft: Draft) -> None:
    """Keep the scopes that the client may have, in the order asked."""
    asked = (draft.get("scope") or "").split()
    kept = [scope for scope in dict.fromkeys(asked) if scope in draft.client.scopes]
    if not kept:
        raise OAuthError("invalid_scope", "None of the scopes can be granted to this client.")
    draft.scope = " ".join(kept)
