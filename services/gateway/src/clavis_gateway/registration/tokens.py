"""What access tokens of a client are, and what they may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.authorization_details import TYPES
from clavis_gateway.oidc.metadata import FAPI_ALGS, SIGNING_ALGS
from clavis_gateway.records import Profile

_FORMATS = ("jwt", "opaque")


# RFC 9396 section 10.
def check_authorization_details_types(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a type of authorization details that nobody here knows."""
    for name in metadata.get("authorization_details_types", ()):
        if name not in TYPES:
            raise MetadataError(f"authorization_details_types must be among {', '.join(TYPES)}")


# RFC 9068 leaves to each server for whom a JWT is made; section 2.1 for its signature, FAPI 2.0
# Security Profile section 5.4.1 for what is too weak.
def check_access_token_format(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a form of access tokens that does not exist, or a signature that cannot be."""
    accepted = [alg for alg in SIGNING_ALGS if profile != "fapi2" or alg in FAPI_ALGS]
    if metadata.get("access_token_signed_response_alg", accepted[0]) not in accepted:
        raise MetadataError(
            f"access_token_signed_response_alg must be one of {', '.join(accepted)}"
        )
    if metadata.get("access_token_format", _FORMATS[0]) not in _FORMATS:
        raise MetadataError(f"access_token_format must be one of {', '.join(_FORMATS)}")
