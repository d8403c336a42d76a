"""Dynamic registration: from what a stranger sends to a description, and back to what it may know.

Pure. RFC 7591 and 7592, OpenID Connect Dynamic Client Registration 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SCOPES, SECRET_METHODS
from clavis_gateway.records import Profile, RelyingParty
from clavis_gateway.registration.members import HUMAN, STANDARD, schemas
from clavis_gateway.rules.registration_states import State

# RFC 7592 section 2.2: what the answer adds is never sent back.
ANSWERED = frozenset(
    {
        "registration_access_token", "registration_client_uri", "client_secret_expires_at",
        "client_id_issued_at",
    }
)  # fmt: skip
# What a relying party in production may change by itself: what it is, the operator has reviewed.
_OWN_AFFAIRS = frozenset(
    {"jwks", "jwks_uri", "retiring_keys", "contacts", "software_id", "software_version"}
)
# RFC 7591 section 2: a default set of scopes. Who wants identity numbers must say so.
DEFAULT_SCOPE = " ".join(scope for scope in SCOPES if scope != "identity")
_LOOSER: Mapping[Profile, frozenset[str]] = {
    "fapi2": frozenset({"fapi2"}),
    "basic": frozenset({"basic", "fapi2"}),
}


def body() -> dict[str, Any]:
    """Return the request body of both endpoints, as OpenAPI tells it."""
    known = {name: one for name, one in schemas().items() if name in STANDARD}
    known["profile"] = {"type": "string", "enum": ["fapi2", "basic"]}
    schema = {"type": "object", "properties": known}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def description(sent: Mapping[str, Any], ceiling: Profile) -> dict[str, Any]:
    """Make a description of client metadata that was sent. Raises MetadataError.

    RFC 7591 section 2: what is not understood is ignored, what is null counts as left out. What
    only the operator decides is not the client's to say, but for a profile up to the ceiling.
    """
    profile = sent.get("profile", ceiling)
    if not isinstance(profile, str) or profile not in _LOOSER[ceiling]:
        raise MetadataError(f"profile must be {' or '.join(sorted(_LOOSER[ceiling]))}")
    metadata = {
        name: value for name, value in sent.items() if value is not None and _understood(name)
    }
    metadata.setdefault("scope", DEFAULT_SCOPE)
    return metadata | {"profile": profile}


def _understood(name: str) -> bool:
    base, tag, _ = name.partition("#")
    return base in STANDARD and (not tag or base in HUMAN)


def needs_secret(metadata: Mapping[str, Any]) -> bool:
    """Say whether the client authenticates with a secret (RFC 7591 section 2: by default)."""
    return metadata.get("token_endpoint_auth_method", "client_secret_basic") in SECRET_METHODS


# RFC 7592 section 2.2.
def check_update(sent: Mapping[str, Any], client_id: str) -> None:
    """Refuse an update that is not one of this client. Raises MetadataError."""
    if sent.get("client_id") != client_id:
        raise MetadataError("client_id must be the one of this registration")
    for name in sorted(ANSWERED & sent.keys()):
        raise MetadataError(f"{name} must not be sent")


def check_reviewed(party: RelyingParty, changed: Mapping[str, Any], *, reviewed: bool) -> None:
    """Refuse to a relying party in production what its operator has to see. Raises MetadataError.

    `reviewed` says that the operator, not the registration, brings relying parties to production.
    """
    if not reviewed or party.state is not State.PRODUCTION:
        return
    for name in sorted(changed.keys() - _OWN_AFFAIRS):
        raise MetadataError(f"{name} of a relying party in production is changed by its operator")


# OpenID Connect Dynamic Client Registration 1.0 section 5.
def check_sector(document: object, redirect_uris: tuple[str, ...]) -> None:
    """Refuse redirect URIs that the sector does not name. Raises MetadataError."""
    if not isinstance(document, list) or not set(redirect_uris) <= {
        uri for uri in document if isinstance(uri, str)
    }:
        raise MetadataError("sector_identifier_uri must list every one of redirect_uris")


# RFC 7591 section 3.2.2: the code; RFC 6749 section 5.2: which characters a description may have.
def error_of(error: MetadataError) -> tuple[str, str]:
    """Return the error code and the public sentence of a refusal."""
    said = str(error)
    code = "invalid_redirect_uri" if said.startswith("redirect_uris") else "invalid_client_metadata"
    plain = "".join(
        letter
        for letter in said
        if letter.isascii() and letter.isprintable() and letter not in '"\\'
    )
    return code, plain[:300]


# RFC 7591 section 3.2.1 and RFC 7592 section 3.
def information(
    party: RelyingParty,
    *,
    issuer: str,
    issued_at: int,
    access_token: str,
    secret: str | None,
) -> dict[str, Any]:
    """Compose what a client learns of its registration; a secret only when it was just made."""
    answer: dict[str, Any] = {
        "client_id": party.client_id,
        "client_id_issued_at": issued_at,
        "registration_access_token": access_token,
        "registration_client_uri": f"{issuer}/connect/register/{party.client_id}",
        "profile": party.profile,
        "state": party.state.value,
        **party.metadata,
    }
    if secret is not None:
        answer |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer
