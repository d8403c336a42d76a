"""Client certificates (RFC 8705): what a relying party must say to authenticate by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile
from clavis_gateway.rules.client_certificates import SUBJECT_MEMBERS, expected_subject

_BOUND = "tls_client_certificate_bound_access_tokens"


# RFC 8705 sections 2.1.2, 2.2.2 and 3.4.
def check_certificates(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a certificate method without the one thing it is recognised by."""
    method = metadata["token_endpoint_auth_method"]
    if not isinstance(metadata.get(_BOUND, False), bool):
        raise MetadataError(f"{_BOUND} must be true or false")
    if method == "tls_client_auth":
        try:
            expected_subject(metadata)
        except ValueError as error:
            raise MetadataError(str(error)) from error
        return
    named = [member for member in SUBJECT_MEMBERS if metadata.get(member) is not None]
    if named:
        raise MetadataError(f"{named[0]} is only for tls_client_auth")
    if method == "self_signed_tls_client_auth" and not (
        metadata.get("jwks") or metadata.get("jwks_uri")
    ):
        raise MetadataError("self_signed_tls_client_auth needs jwks or jwks_uri")
