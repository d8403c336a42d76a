"""What the security profile of a relying party demands of its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import FAPI_ALGS
from clavis_gateway.records import Profile
from clavis_gateway.rules.client_certificates import TLS_METHODS


# FAPI 2.0 Security Profile section 5.3.2.1.
def check_profile(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse to the strict profile what it forbids."""
    if profile != "fapi2":
        return
    method = metadata["token_endpoint_auth_method"]
    if method not in ("private_key_jwt", *TLS_METHODS):
        named = ", ".join(("private_key_jwt", *TLS_METHODS))
        raise MetadataError(f"token_endpoint_auth_method of a fapi2 client must be one of {named}")
    if metadata.get("id_token_signed_response_alg", "ES256") not in FAPI_ALGS:
        raise MetadataError("id_token_signed_response_alg cannot be RS256 for a fapi2 client")
