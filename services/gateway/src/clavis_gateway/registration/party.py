"""From an operator's description of a client to a relying party. Pure.

The description is RFC 7591 metadata plus what only the operator decides: profile, level, methods,
single sign-on, purpose. A wrong description is refused with a sentence, never corrected silently.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.loa import Loa

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError, validate
from clavis_gateway.oidc.endpoints.discovery import document
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.records import Profile, RelyingParty
from clavis_gateway.registration.checks import check_metadata
from clavis_gateway.registration.uris import URI_LISTS, URIS
from clavis_gateway.rules.levels import Method

MINIMUM_SECRET_CHARACTERS = 32  # RFC 6749 section 10.10 asks for 128 bits at least
_OURS = frozenset(
    {
        "profile", "minimum_loa", "allowed_methods", "sso_allowed", "first_party", "purpose",
        "audiences", "sector_identifier", "status", "client_id", "client_secret",
    }
)  # fmt: skip


def relying_party(
    description: dict[str, Any], issuer: str, stored_secret_hash: str | None = None
) -> RelyingParty:
    """Make a relying party. Raises MetadataError with a sentence.

    `stored_secret_hash` is what the database holds, kept when the description has no secret.
    """
    metadata = {k: v for k, v in description.items() if k.partition("#")[0] not in _OURS}
    metadata.setdefault("grant_types", ["authorization_code"])
    metadata.setdefault("response_types", ["code"])
    metadata.setdefault("scope", "openid")
    metadata.setdefault("token_endpoint_auth_method", "client_secret_basic")
    _check_types(description, metadata)
    validate(dict(metadata), document(issuer))
    profile = _profile(description.get("profile", "fapi2"))
    check_metadata(profile, metadata)
    return RelyingParty(
        client_id=_client_id(description.get("client_id")),
        metadata=metadata,
        profile=profile,
        secret_hash=_secret_hash(description, metadata, stored_secret_hash),
        minimum_loa=_loa(description.get("minimum_loa", "low")),
        allowed_methods=_methods(description.get("allowed_methods")),
        sso_allowed=bool(description.get("sso_allowed", True)),
        first_party=bool(description.get("first_party", False)),
        sector=_sector(description, metadata),
        names=_texts(description, "client_name"),
        purpose=_texts(description, "purpose"),
        audiences=tuple(description.get("audiences", ())),
        status=_status(description.get("status", "active")),
    )


def _check_types(description: dict[str, Any], metadata: dict[str, Any]) -> None:
    for name in (*URI_LISTS, "grant_types", "response_types", "audiences", "allowed_methods"):
        value = description.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise MetadataError(f"{name} must be a list of strings")
    for name in (*URIS, "scope", "token_endpoint_auth_method"):
        if not isinstance(metadata.get(name, ""), str):
            raise MetadataError(f"{name} must be a string")
    for name in ("sso_allowed", "first_party"):
        if not isinstance(description.get(name, False), bool):
            raise MetadataError(f"{name} must be true or false")


def _client_id(value: object) -> str:
    # RFC 6749 appendix A.1: visible characters.
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise MetadataError("client_id must be visible ASCII characters")
    return value


def _profile(value: object) -> Profile:
    if value == "basic":
        return "basic"
    if value == "fapi2":
        return "fapi2"
    raise MetadataError("profile must be basic or fapi2")


def _secret_hash(
    description: dict[str, Any], metadata: dict[str, Any], stored: str | None
) -> str | None:
    if metadata["token_endpoint_auth_method"] not in SECRET_METHODS:
        return None
    secret = description.get("client_secret")
    if secret is None:
        if stored is None:
            raise MetadataError("client_secret is missing (`client add` makes one)")
        return stored
    if not isinstance(secret, str) or len(secret) < MINIMUM_SECRET_CHARACTERS:
        raise MetadataError(
            f"client_secret must be random, of {MINIMUM_SECRET_CHARACTERS} characters or more"
        )
    return sha256_hex(secret)


def _loa(value: object) -> Loa:
    try:
        return Loa[str(value).upper()]
    except KeyError as error:
        raise MetadataError("minimum_loa must be low, substantial or high") from error


def _methods(value: list[str] | None) -> frozenset[str]:
    if value is None:
        return frozenset(method.value for method in Method)
    try:
        return frozenset(Method(method).value for method in value)
    except ValueError as error:
        raise MetadataError("allowed_methods holds an unknown method") from error


def _status(value: object) -> str:
    if value not in ("active", "suspended"):
        raise MetadataError("status must be active or suspended")
    return str(value)


# OpenID Connect Core 1.0 section 8.1: one host, or a sector named for several. The operator names
# it; nothing is fetched.
def _sector(description: dict[str, Any], metadata: dict[str, Any]) -> str:
    named = description.get("sector_identifier")
    if isinstance(named, str) and named:
        return named
    hosts = {urlsplit(uri).hostname or "" for uri in metadata.get("redirect_uris", ())}
    if len(hosts) > 1:
        raise MetadataError("redirect_uris have several hosts: name a sector_identifier")
    return hosts.pop() if hosts else _client_id(description.get("client_id"))


# RFC 7591 section 2.2: `client_name#es`; without a tag for all languages.
def _texts(description: dict[str, Any], member: str) -> dict[str, str]:
    texts = {
        key.partition("#")[2]: value
        for key, value in description.items()
        if key.partition("#")[0] == member
    }
    if not all(isinstance(text, str) for text in texts.values()):
        raise MetadataError(f"{member} must be a string")
    return texts
