"""Form of the parameters themselves."""

from __future__ import annotations

from clavis_gateway.errors import OAuthError, invalid_request
from clavis_gateway.oidc.checks.draft import Draft

MAX_LENGTH = 4096
# RFC 9396: as many documents as one signature may cover, each with its digest and its name.
MAX_DETAILS_LENGTH = 32768


# RFC 6749 section 3.1: a parameter must not be included more than once.
def check_repeated(draft: Draft) -> None:
    """Refuse repeated parameters."""
    if draft.repeated:
        raise invalid_request("A parameter appears more than once.")


# RFC 9700 section 4.12 and common sense: values we must keep for the length of a login are bounded.
def check_length(draft: Draft) -> None:
    """Refuse values too long to keep, and NUL, which no text column holds."""
    for name, value in draft.params.items():
        longest = MAX_DETAILS_LENGTH if name == "authorization_details" else MAX_LENGTH
        if len(value) > longest or "\x00" in value:
            raise invalid_request("A parameter is too long or holds a forbidden character.")


def reference_fault(request_uri: str | None) -> OAuthError | None:
    """Say what is wrong with a reference that is not one of ours; None when there is none."""
    if request_uri is None:
        return None
    return OAuthError(
        "request_uri_not_supported", "Only request URIs from the PAR endpoint are supported."
    )


# OpenID Connect Core 1.0 section 3.1.2.6: what discovery says is not supported. Request objects by
# value were unpacked before; those by reference would have us fetch addresses that clients name.
def check_references(draft: Draft) -> None:
    """Refuse a request by reference and self-issued registration with the codes that say so."""
    fault = reference_fault(draft.get("request_uri"))
    if fault is not None:
        raise fault
    if draft.get("registration"):
        raise OAuthError("registration_not_supported", "Self-issued registration is not supported.")


# RFC 9101 section 7: its own error codes.
def check_request_object(draft: Draft) -> None:
    """Refuse a request whose object could not be verified."""
    if draft.fault is not None:
        raise draft.fault


# RFC 9101 section 10.5: a client that signs its requests is not impersonated by an unsigned one.
def check_signed(draft: Draft) -> None:
    """Require a signed request object of a client that registered it so."""
    if draft.client.metadata.get("require_signed_request_object", False) and not draft.signed:
        raise invalid_request("This client must send signed request objects.")


# RFC 9126 section 5 and FAPI 2.0 Security Profile section 5.3.2.2: only pushed requests.
def check_pushed(draft: Draft) -> None:
    """Refuse a plain request from a client that must push it."""
    required = draft.client.fapi2 or draft.client.metadata.get(
        "require_pushed_authorization_requests", False
    )
    if required and not draft.pushed:
        raise invalid_request("This client must use pushed authorization requests.")
