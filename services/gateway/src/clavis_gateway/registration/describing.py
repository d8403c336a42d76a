"""What a registration says of itself: as it was described, and without any secret. Pure."""

from __future__ import annotations

from typing import Any

from clavis_gateway.registration.differences import key_name
from clavis_gateway.registration.members import OPERATOR
from clavis_gateway.store.relying_parties import Registration


def description(registration: Registration) -> dict[str, Any]:
    """Return the description that would lead to this registration again."""
    party = registration.party
    return {
        "client_id": party.client_id,
        "state": party.state.value,
        "profile": party.profile,
        **party.metadata,
        "minimum_loa": party.minimum_loa.name.lower(),
        "allowed_methods": sorted(party.allowed_methods),
        "sso_allowed": party.sso_allowed,
        "first_party": party.first_party,
        "sector_identifier": party.sector,
        "audiences": list(party.audiences),
        **{f"purpose#{tag}" if tag else "purpose": text for tag, text in party.purpose.items()},
        "claim_purposes": party.claim_purposes,
        "acr_aliases": party.acr_aliases,
        **({"sso_max_age_seconds": party.sso_max_age_seconds} if party.sso_max_age_seconds else {}),
        "level_max_age": party.level_max_age,
    }


def decided_by_operator(registration: Registration) -> dict[str, Any]:
    """Return what of the description an update by the relying party itself leaves as it is.

    The sector is not among it: it follows the redirect URIs, or else whoever registered those of
    somebody first could keep the subjects of that sector (OpenID Connect Core 1.0 section 8.1).
    """
    return {
        name: value
        for name, value in description(registration).items()
        if name.partition("#")[0] in OPERATOR and name != "sector_identifier"
    }


def described(registration: Registration) -> dict[str, Any]:
    """Return the description with what its administration adds: version, keeper, rotation."""
    return description(registration) | {
        "version": registration.version,
        "managed_by": registration.managed_by,
        "state_set_by": registration.state_set_by,
        "created_at": registration.created_at.isoformat(),
        "updated_at": registration.updated_at.isoformat(),
        "deregistered_at": _moment(registration.deregistered_at),
        "secrets": [
            {
                "secret_id": secret.secret_id,
                "created_at": _moment(secret.created_at),
                "expires_at": _moment(secret.expires_at),
            }
            for secret in registration.party.secrets
        ],
        "retiring_keys": [
            {"key": key_name(key.jwk), "until": key.until.isoformat()}
            for key in registration.party.retiring_keys
        ],
    }


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
