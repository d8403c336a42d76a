"""The client metadata that is understood, by its registered name and type.

Names come from the IANA registry of OAuth dynamic client registration metadata; what is not here is
refused in a bundle and ignored in a dynamic registration (RFC 7591 section 2).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration.words import check_tag

MAXIMUM_TEXT = 2000
MAXIMUM_ITEMS = 100


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    if len(value) > MAXIMUM_TEXT or not _storable(value):
        return f"must have at most {MAXIMUM_TEXT} characters, and only such as can be stored"
    return None


# RFC 8259 section 8: a NUL, half a surrogate pair or a number that is none is kept by no database.
def _storable(value: object) -> bool:
    try:
        spelled = json.dumps(value, ensure_ascii=False, allow_nan=False)
        spelled.encode()
    except (ValueError, RecursionError):
        return False
    return "\\u0000" not in spelled


def _texts(value: object) -> str | None:
    if not isinstance(value, list) or not all(_text(item) is None for item in value):
        return "must be a list of strings"
    return None if len(value) <= MAXIMUM_ITEMS else f"must have at most {MAXIMUM_ITEMS} items"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _count(value: object) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**31
    return None if whole else "must be a whole number, 0 or more"


def _object(value: object) -> str | None:
    if not isinstance(value, dict):
        return "must be an object"
    return None if _storable(value) else "must hold only what can be stored"


_ANSWERS = ("id_token", "userinfo", "authorization", "introspection")
_KINDS: Mapping[Callable[[object], str | None], tuple[str, ...]] = {
    _text: (
        # RFC 7591 section 2
        "token_endpoint_auth_method", "client_name", "client_uri", "logo_uri", "scope", "tos_uri",
        "policy_uri", "jwks_uri", "software_id", "software_version",
        # ours: whether access tokens for APIs are handles or JWTs, and how those are signed
        "access_token_format", "access_token_signed_response_alg",
        # OpenID Connect Dynamic Client Registration 1.0 section 2
        "application_type", "sector_identifier_uri", "subject_type", "initiate_login_uri",
        "request_object_signing_alg", "request_object_encryption_alg",
        "request_object_encryption_enc", "token_endpoint_auth_signing_alg",
        # OpenID Connect Back-Channel Logout 1.0 section 2.2
        "backchannel_logout_uri",
        # RFC 8705 section 2.1.2
        "tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri",
        "tls_client_auth_san_ip", "tls_client_auth_san_email",
        # The same section, JARM section 3 and RFC 9701 section 6
        *(f"{answer}_signed_response_alg" for answer in _ANSWERS),
        *(f"{answer}_encrypted_response_alg" for answer in _ANSWERS),
        *(f"{answer}_encrypted_response_enc" for answer in _ANSWERS),
    ),
    _texts: (
        "redirect_uris", "grant_types", "response_types", "contacts", "default_acr_values",
        "request_uris",
        # OpenID Connect RP-Initiated Logout 1.0 section 3.1
        "post_logout_redirect_uris",
        # RFC 9396 section 10
        "authorization_details_types",
    ),
    _flag: (
        "require_auth_time", "backchannel_logout_session_required",
        # RFC 9126 section 6, RFC 9101 section 10.5, RFC 9449 section 5.2, RFC 8705 section 3.4
        "require_pushed_authorization_requests", "require_signed_request_object",
        "dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens",
        # Ours: RFC 9449 section 8 leaves it to the server of whom it asks a nonce
        "dpop_nonce_required",
        # Ours: RFC 9700 section 2.1.1 recommends PKCE also where a nonce would do
        "require_pkce",
    ),
    _count: ("default_max_age",),
    _object: ("jwks",),
}  # fmt: skip
STANDARD: Mapping[str, Callable[[object], str | None]] = {
    name: kind for kind, names in _KINDS.items() for name in names
}
# RFC 7591 section 2.2: these may carry a language tag after a `#`.
HUMAN = frozenset({"client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"})

# What only the operator decides.
OPERATOR: Mapping[str, Callable[[object], str | None]] = {
    "client_id": _text,
    "profile": _text,
    "state": _text,
    "status": _text,
    "minimum_loa": _text,
    "allowed_methods": _texts,
    "sso_allowed": _flag,
    "first_party": _flag,
    "audiences": _texts,
    "sector_identifier": _text,
    "purpose": _text,
    "claim_purposes": _object,
    "acr_aliases": _object,
    "sso_max_age_seconds": _count,
    "level_max_age": _object,
    "client_secret": _text,
}
_OPERATOR_HUMAN = frozenset({"purpose"})


# JSON Schema 2020-12, for editors and pipelines: what `check_types` demands of each kind.
_SCHEMAS: Mapping[Callable[[object], str | None], dict[str, Any]] = {
    _text: {"type": "string", "maxLength": MAXIMUM_TEXT},
    _texts: {"type": "array", "items": {"type": "string"}, "maxItems": MAXIMUM_ITEMS},
    _flag: {"type": "boolean"},
    _count: {"type": "integer", "minimum": 0},
    _object: {"type": "object"},
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every known member, by its name."""
    return {name: dict(_SCHEMAS[kind]) for name, kind in sorted({**STANDARD, **OPERATOR}.items())}


def tagged_names() -> tuple[str, ...]:
    """Return the names that may carry a language tag."""
    return tuple(sorted(HUMAN | _OPERATOR_HUMAN))


def check_types(description: Mapping[str, Any]) -> None:
    """Refuse a known member of the wrong type. Raises MetadataError naming it."""
    kinds = {**STANDARD, **OPERATOR}
    for member, value in description.items():
        name, _, tag = member.partition("#")
        kind = kinds.get(name)
        if kind is not None:
            check_tag(name, tag)
        fault = kind(value) if kind else None
        if fault is not None:
            raise MetadataError(f"{member} {fault}")


def unknown(names: Iterable[str], also: Iterable[str] = ()) -> list[str]:
    """Return the names that nobody understands, a language tag where none belongs included."""
    known = {*STANDARD, *OPERATOR, *also}
    return sorted(name for name in names if not _known(name, known))


def _known(name: str, known: set[str]) -> bool:
    base, tag, _ = name.partition("#")
    return base in known and (not tag or base in HUMAN | _OPERATOR_HUMAN)
