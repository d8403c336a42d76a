"""How a relying party authenticates, and what that method needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile


# RFC 7523 section 3 needs a key to verify with; RFC 6749 section 4.4 a confidential client.
def check_authentication(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a method without what it proves itself by."""
    method = metadata["token_endpoint_auth_method"]
    if method == "private_key_jwt" and not (metadata.get("jwks") or metadata.get("jwks_uri")):
        raise MetadataError("jwks or jwks_uri is needed for private_key_jwt")
    if method == "none" and "client_credentials" in metadata["grant_types"]:
        raise MetadataError("grant_types cannot hold client_credentials without credentials")
