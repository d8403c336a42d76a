"""Whose tokens an API trusts, and which."""

from __future__ import annotations

from dataclasses import dataclass

# FAPI 2.0 Security Profile section 5.4.1 and RFC 9864; RS256 is there for older providers only.
ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
LEVELS = (
    "http://eidas.europa.eu/LoA/low",
    "http://eidas.europa.eu/LoA/substantial",
    "http://eidas.europa.eu/LoA/high",
)


@dataclass(frozen=True, slots=True)
class Introspection:
    """How the API asks about tokens it cannot read (RFC 7662): its own client at the provider."""

    client_id: str
    client_secret: str
    endpoint: str | None = None
    """None: where the provider's metadata says."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The authorization server, and what its tokens for this API look like.

    `audience` is this API's identifier in `aud`. `levels` are acr values from lowest to highest;
    a value that is not among them is met by itself alone.
    """

    issuer: str
    audience: str
    jwks_uri: str | None = None
    """None: where the provider's metadata says."""
    algorithms: tuple[str, ...] = ALGORITHMS
    levels: tuple[str, ...] = LEVELS
    leeway_seconds: int = 5
    introspection: Introspection | None = None
    """None: tokens that are no JWT are refused."""
    bound_only: bool = False
    """Refuse tokens that anybody who holds them could use."""

    def __post_init__(self) -> None:
        """Refuse what would accept anything. Raises ValueError."""
        if not self.issuer or not self.audience:
            raise ValueError("an issuer and an audience are needed")
        if any(name == "none" or name.startswith("HS") for name in self.algorithms):
            raise ValueError("algorithms must be asymmetric")
