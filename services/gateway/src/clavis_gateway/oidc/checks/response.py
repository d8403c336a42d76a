"""What is asked for and how it shall come back."""

from __future__ import annotations

from clavis_gateway.errors import OAuthError, invalid_request
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.records import ResponseMode

_MODES: dict[str, ResponseMode] = {
    "query": "query",
    "form_post": "form_post",
    # JARM section 2.3.4: the default of response_type=code.
    "jwt": "query.jwt",
    "query.jwt": "query.jwt",
    "form_post.jwt": "form_post.jwt",
}


# OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, Form Post Response Mode 1.0 and
# JARM section 2.3. A code has no business in a fragment.
def check_response_mode(draft: Draft) -> None:
    """Accept query, form_post and both signed. First of all checks: so errors travel too."""
    mode = _MODES.get(draft.get("response_mode") or "query")
    if mode is None:
        raise invalid_request("The response_mode is not supported.")
    draft.response_mode = mode


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


# OpenID Connect Core 1.0 section 3.1.2.1: unknown scope values are ignored. RFC 9396 section 2:
# authorization_details can stand alone.
def check_scope(draft: Draft) -> None:
    """Keep the scopes that the client may have, in the order asked."""
    asked = (draft.get("scope") or "").split()
    kept = [scope for scope in dict.fromkeys(asked) if scope in draft.client.scopes]
    if not kept and not draft.get("authorization_details"):
        raise OAuthError("invalid_scope", "None of the scopes can be granted to this client.")
    draft.scope = " ".join(kept)
