"""How a client signs its authorization requests, and we our answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import ASSERTION_ALGS, FAPI_ALGS, ID_TOKEN_ALGS
from clavis_gateway.records import Profile

_ENCRYPTION = ("request_object_encryption_alg", "request_object_encryption_enc")


# RFC 9101 section 10.5 and OpenID Connect Registration 1.0 section 2; FAPI 2.0 Security Profile
# section 5.4.1 for the algorithms.
def check_requests(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse ways of signing that could never be accepted. Raises MetadataError."""
    accepted = FAPI_ALGS if profile == "fapi2" else ASSERTION_ALGS
    if metadata.get("request_object_signing_alg", accepted[0]) not in accepted:
        raise MetadataError(f"request_object_signing_alg must be one of {', '.join(accepted)}")
    for name in _ENCRYPTION:
        if metadata.get(name) is not None:
            raise MetadataError(f"{name}: encrypted request objects are not supported")
    required = metadata.get("require_signed_request_object", False)
    if not isinstance(required, bool):
        raise MetadataError("require_signed_request_object must be true or false")
    if required and not (metadata.get("jwks") or metadata.get("jwks_uri")):
        raise MetadataError("require_signed_request_object needs jwks or jwks_uri")


# JARM section 3; FAPI 2.0 Security Profile section 5.4.1 for the algorithms.
def check_responses(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse algorithms with which we do not sign for this client. Raises MetadataError."""
    accepted = [alg for alg in ID_TOKEN_ALGS if profile != "fapi2" or alg in FAPI_ALGS]
    if metadata.get("authorization_signed_response_alg", accepted[0]) not in accepted:
        raise MetadataError(
            f"authorization_signed_response_alg must be one of {', '.join(accepted)}"
        )
