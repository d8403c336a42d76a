"""How what we answer is signed and encrypted for a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_kit.jwks import import_key_set

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.encryption import choose
from clavis_gateway.oidc.metadata import (
    ENCRYPTION_ALGS,
    ENCRYPTION_ENCS,
    FAPI_ALGS,
    SIGNING_ALGS,
)
from clavis_gateway.records import Profile

_ANSWERS = ("id_token", "userinfo", "introspection", "authorization")


# OpenID Connect Registration 1.0 section 2, JARM section 3, RFC 9701 section 6; FAPI 2.0 Security
# Profile section 5.4.1 for the algorithms.
def check_signing(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse an algorithm with which this client's answers cannot be signed."""
    accepted = [alg for alg in SIGNING_ALGS if profile != "fapi2" or alg in FAPI_ALGS]
    for answer in _ANSWERS:
        name = f"{answer}_signed_response_alg"
        if metadata.get(name, accepted[0]) not in accepted:
            raise MetadataError(f"{name} must be one of {', '.join(accepted)}")


# The same sections: a content encryption needs a key encryption, and that needs a key.
def check_encryption(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse an encryption that could never take place."""
    for answer in _ANSWERS:
        alg_name, enc_name = f"{answer}_encrypted_response_alg", f"{answer}_encrypted_response_enc"
        alg, enc = metadata.get(alg_name), metadata.get(enc_name)
        if enc is not None and alg is None:
            raise MetadataError(f"{enc_name} needs {alg_name}")
        if enc not in (None, *ENCRYPTION_ENCS):
            raise MetadataError(f"{enc_name} must be one of {', '.join(ENCRYPTION_ENCS)}")
        if alg is not None:
            _check_key(alg_name, alg, metadata)


def _check_key(name: str, alg: str, metadata: Mapping[str, Any]) -> None:
    if alg not in ENCRYPTION_ALGS:
        raise MetadataError(f"{name} must be one of {', '.join(ENCRYPTION_ALGS)}")
    if metadata.get("jwks_uri"):
        return
    if choose(import_key_set(metadata.get("jwks") or {"keys": []}), alg) is None:
        raise MetadataError(f"{name} needs a key for {alg} in jwks, or jwks_uri")
