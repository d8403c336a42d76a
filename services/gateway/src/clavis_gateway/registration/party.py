"""From a description of a client to a relying party. Pure.

The description is RFC 7591 metadata plus what only the operator decides: profile, state, level,
methods, single sign-on, purposes. A wrong description is refused with a sentence, never corrected
silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from clavis_kit.loa import Loa

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError, validate
from clavis_gateway.oidc.endpoints.discovery import document
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.records import Profile, RelyingParty
from clavis_gateway.registration import levels, words
from clavis_gateway.registration.checks import check_metadata
from clavis_gateway.registration.members import OPERATOR, check_types
from clavis_gateway.registration.purposes import claim_purposes
from clavis_gateway.registration.words import check_tag, check_words
from clavis_gateway.rules import places
from clavis_gateway.rules.client_secrets import ClientSecret
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.registration_states import State

MINIMUM_SECRET_CHARACTERS = 32  # RFC 6749 section 10.10 asks for 128 bits at least


def relying_party(
    description: dict[str, Any], issuer: str, stored: RelyingParty | None = None
) -> RelyingParty:
    """Make a relying party. Raises MetadataError with a sentence.

    `stored` is what the database holds of it: its state and its secrets stay when the description
    names none. A secret in the description is judged here and kept by who has the key.
    """
    check_types(description)
    metadata = {k: v for k, v in description.items() if k.partition("#")[0] not in OPERATOR}
    metadata.setdefault("grant_types", ["authorization_code"])
    metadata.setdefault("response_types", ["code"])
    metadata.setdefault("scope", "openid")
    metadata.setdefault("token_endpoint_auth_method", "client_secret_basic")
    profile = _profile(description.get("profile", "fapi2"))
    check_metadata(profile, metadata)
    validate(dict(metadata), document(issuer))
    return RelyingParty(
        client_id=_client_id(description.get("client_id")),
        metadata=metadata,
        profile=profile,
        minimum_loa=_loa(description.get("minimum_loa", "low")),
        allowed_methods=_methods(description.get("allowed_methods")),
        sso_allowed=description.get("sso_allowed", False),
        first_party=description.get("first_party", False),
        sector=_sector(description, metadata),
        names=texts(description, "client_name"),
        purpose=texts(description, "purpose"),
        audiences=tuple(description.get("audiences", ())),
        status=_state(description, stored),
        secrets=_secrets(description, metadata, stored),
        retiring_keys=stored.retiring_keys if stored else (),
        claim_purposes=claim_purposes(description.get("claim_purposes", {})),
        acr_aliases=levels.acr_aliases(description.get("acr_aliases", {})),
        sso_max_age_seconds=levels.seconds(description, "sso_max_age_seconds"),
        level_max_age=levels.level_max_age(description.get("level_max_age", {})),
    )


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


def _secrets(
    description: Mapping[str, Any], metadata: Mapping[str, Any], stored: RelyingParty | None
) -> tuple[ClientSecret, ...]:
    if metadata["token_endpoint_auth_method"] not in SECRET_METHODS:
        return ()
    secret, kept = description.get("client_secret"), stored.secrets if stored else ()
    if secret is None and not kept:
        raise MetadataError("client_secret is missing (`client add` makes one)")
    if secret is not None and len(secret) < MINIMUM_SECRET_CHARACTERS:
        raise MetadataError(
            f"client_secret must be random, of {MINIMUM_SECRET_CHARACTERS} characters or more"
        )
    return kept


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


def _state(description: Mapping[str, Any], stored: RelyingParty | None) -> str:
    """Read `state`, or `status` of older descriptions, where `active` means production."""
    legacy = {"active": State.PRODUCTION, "suspended": State.SUSPENDED}
    if "status" in description and "state" not in description:
        if description["status"] not in legacy:
            raise MetadataError("status must be active or suspended")
        return legacy[description["status"]]
    default = stored.state if stored else State.PRODUCTION
    try:
        return State(description.get("state", default))
    except ValueError as error:
        raise MetadataError("state must be draft, test, production or suspended") from error


# OpenID Connect Core 1.0 section 8.1: one host, or a sector named for several: by the operator's
# word, or by the host of a sector_identifier_uri. This machine is nobody's host: apps that only
# listen there (RFC 8252 section 7.3) are each a sector of their own.
def _sector(description: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    named = description.get("sector_identifier")
    if isinstance(named, str) and named:
        return named
    if metadata.get("sector_identifier_uri"):
        return urlsplit(metadata["sector_identifier_uri"]).hostname or ""
    hosts = {places.owner(uri) for uri in metadata.get("redirect_uris", ())}
    if metadata.get("application_type") == "native":
        hosts -= places.LOOPBACK
    if len(hosts) > 1:
        raise MetadataError("redirect_uris have several hosts: name a sector_identifier")
    return hosts.pop() if hosts else _client_id(description.get("client_id"))


# RFC 7591 section 2.2: `client_name#es`; without a tag for all languages.
def texts(description: Mapping[str, Any], member: str) -> dict[str, str]:
    """Gather the texts of a member by language tag. Raises MetadataError."""
    return {
        check_tag(member, key.partition("#")[2]): check_words(key, value, words.MAXIMUM[member])
        for key, value in description.items()
        if key.partition("#")[0] == member
    }
