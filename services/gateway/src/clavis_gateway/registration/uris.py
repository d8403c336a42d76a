"""Addresses that a relying party names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile
from clavis_gateway.registration.members import HUMAN
from clavis_gateway.rules.places import LOOPBACK

URI_LISTS = ("redirect_uris", "post_logout_redirect_uris")
# Where the gateway itself goes, and where people are sent.
URIS = (
    "backchannel_logout_uri", "initiate_login_uri", "jwks_uri", "sector_identifier_uri",
    "logo_uri", "client_uri", "policy_uri", "tos_uri",
)  # fmt: skip

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


# RFC 9700 section 4.11 and OpenID Connect Core 1.0 section 3.1.2.1: https, or http to this machine;
# RFC 6749 section 3.1.2: no fragment.
def check_uris(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse addresses that are not secure, or that carry a fragment or a user."""
    native = metadata.get("application_type") == "native"
    for member, uri in _named(metadata):
        parts = _parts(member, uri)
        own_scheme = native and member in URI_LISTS and "." in parts.scheme
        if not own_scheme and not _secure(parts):
            raise MetadataError(
                f"{member} must name a host and use https (http only towards this machine)"
            )
        if "#" in uri:
            raise MetadataError(f"{member} must have no fragment")
        if parts.username is not None or parts.password is not None:
            raise MetadataError(f"{member} must name no user")
    if "authorization_code" in metadata["grant_types"] and not metadata.get("redirect_uris"):
        raise MetadataError("redirect_uris must name at least one address")


def _named(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in URI_LISTS:
        for uri in metadata.get(name, ()):
            yield name, uri
    for member, value in metadata.items():
        base, tag, _ = member.partition("#")
        if base in URIS and (not tag or base in HUMAN):
            yield member, value


def _parts(member: str, uri: str) -> SplitResult:
    # RFC 3986 section 2: visible ASCII only, so that what is compared is what is shown.
    if not uri.isascii() or not uri.isprintable() or " " in uri:
        raise MetadataError(f"{member} must be an address in visible ASCII characters")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError as error:
        raise MetadataError(f"{member} is not an address") from error
    return parts


# RFC 3986 section 3.2.2 and RFC 5890: a host in ASCII, as it is resolved; a wildcard is none.
def _secure(parts: SplitResult) -> bool:
    return bool(_HOST.fullmatch(parts.hostname or "")) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )
