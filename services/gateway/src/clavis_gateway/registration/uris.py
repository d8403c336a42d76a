"""Addresses that a relying party names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
URI_LISTS = ("redirect_uris", "post_logout_redirect_uris")
URIS = (
    "backchannel_logout_uri", "initiate_login_uri", "jwks_uri", "logo_uri", "client_uri",
    "policy_uri", "tos_uri",
)  # fmt: skip


# RFC 9700 section 4.11 and OpenID Connect Core 1.0 section 3.1.2.1: https, or http to this machine.
def check_uris(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse addresses that are not secure, or that carry a fragment."""
    native = metadata.get("application_type") == "native"
    for uri in _all_of(metadata):
        parts = urlsplit(uri)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not secure and not (native and "." in parts.scheme):
            raise MetadataError(f"{uri} must use https (http only towards this machine)")
        if parts.fragment:
            raise MetadataError(f"{uri} must have no fragment")
    if "authorization_code" in metadata["grant_types"] and not metadata.get("redirect_uris"):
        raise MetadataError("redirect_uris must name at least one address")


def _all_of(metadata: Mapping[str, Any]) -> list[str]:
    uris = [uri for name in URI_LISTS for uri in metadata.get(name, ())]
    return uris + [metadata[name] for name in URIS if metadata.get(name)]
