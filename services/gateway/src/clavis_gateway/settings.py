"""The gateway's settings, from the environment with the prefix CLAVIS_GATEWAY_."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from clavis_kit.loa import Loa
from clavis_kit.outbound import Allowed
from clavis_kit.settings import ServiceSettings
from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from clavis_gateway.login.settings import LoginSettings
from clavis_gateway.oidc.metadata import JWKS_CACHE_SECONDS
from clavis_gateway.rules.key_rotation import RotationPolicy
from clavis_gateway.rules.levels import LevelPolicy
from clavis_gateway.rules.policy import MaxAges


class GatewaySettings(LoginSettings, ServiceSettings):
    """What the operator decides about the gateway."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_GATEWAY_", frozen=True, extra="ignore")

    service_name: str = "gateway"
    port: int = Field(default=8400, ge=1, le=65535)

    # Siblings
    registry_url: str = Field(description="base URL of the registry, internal")
    pin_url: str = Field(description="base URL of the PIN service, internal")
    permanent_url: str = Field(description="base URL of the permanent password service, internal")

    # Keys: 32 random bytes each
    national_id_key_file: Path
    pairwise_key_file: Path = Field(description="makes pairwise subjects; never change it")
    key_encryption_key_file: Path = Field(description="encrypts the signing keys at rest")
    client_secret_key_file: Path = Field(description="makes what is kept of client secrets")
    operator_jwks_file: Path | None = Field(
        default=None, description="public keys of the operator's tokens; none: no operator's API"
    )

    # Relying parties that register themselves (RFC 7591)
    dynamic_registration_state: Literal["draft", "test", "production"] = Field(
        default="test", description="where they begin; production lets them in without review"
    )

    # Addresses that relying parties name (jwks_uri, backchannel_logout_uri …): https and public
    outbound_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), description="own networks that relying parties live in, as CIDR"
    )
    outbound_loopback: bool = Field(
        default=False, description="also this machine, by http: only for a demo on one machine"
    )

    # Proofs of possession
    dpop_nonce_required: bool = Field(
        default=False, description="DPoP proofs must hold a nonce of ours, whoever the client is"
    )

    # Levels
    pin_advanced_loa: int = Field(default=Loa.LOW, ge=Loa.LOW, le=Loa.SUBSTANTIAL)
    password_advanced_loa: int = Field(default=Loa.LOW, ge=Loa.LOW, le=Loa.SUBSTANTIAL)
    substantial_max_age_seconds: int = Field(
        default=3600, ge=60, description="a session proves substantial again after this; also high"
    )
    high_max_age_seconds: int = Field(
        default=900, ge=60, description="a session proves high again after this"
    )

    # Lifetimes, in seconds
    interaction_seconds: int = Field(default=1800, ge=60, le=7200)
    session_idle_seconds: int = Field(default=3600, ge=60)
    session_absolute_seconds: int = Field(default=8 * 3600, ge=60)
    code_seconds: int = Field(default=60, ge=5, le=60)
    request_uri_seconds: int = Field(default=60, ge=5, le=600)
    access_token_seconds: int = Field(default=300, ge=30, le=3600)
    id_token_seconds: int = Field(default=300, ge=30, le=3600)
    refresh_token_seconds: int = Field(default=8 * 3600, ge=60)
    refresh_grace_seconds: int = Field(
        default=60, ge=0, le=300, description="a refresh whose answer was lost may come again"
    )
    signing_key_reload_seconds: float = Field(default=30, gt=0)
    signing_key_rotate_seconds: int = Field(
        default=30 * 86400, ge=60, description="age at which a signing key gives way"
    )
    signing_key_publish_seconds: int = Field(
        default=86400, ge=0, description="how long a signing key is published before it signs"
    )
    signing_key_retired_seconds: int = Field(
        default=2 * 86400, ge=0, description="how long a signing key stays published afterwards"
    )

    # How long what a person did is kept for that person to see
    access_history_days: int = Field(default=365, ge=1, le=3650)
    disclosure_record_days: int = Field(default=1826, ge=1, le=3650)

    @field_validator("public_url")
    @classmethod
    def _issuer_form(cls, value: str) -> str:
        # OpenID Connect Discovery 1.0 section 3: no query or fragment; plain http only on loopback.
        parts = urlsplit(value)
        if parts.query or parts.fragment or value.endswith("/"):
            raise ValueError("must have no query, fragment or trailing slash")
        if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise ValueError("must be https (http only on a loopback address)")
        return value

    # OpenID Connect Core 1.0 section 10.1.1: nobody meets a token that cannot be verified.
    @model_validator(mode="after")
    def _rotation_leaves_no_gap(self) -> Self:
        unseen = JWKS_CACHE_SECONDS + self.signing_key_reload_seconds
        if self.signing_key_publish_seconds < unseen:
            raise ValueError(f"signing_key_publish_seconds must be at least {unseen:g}")
        longest = max(
            self.id_token_seconds, self.access_token_seconds, self.session_absolute_seconds
        )
        if self.signing_key_retired_seconds < longest + unseen:
            raise ValueError(f"signing_key_retired_seconds must be at least {longest + unseen:g}")
        if self.signing_key_rotate_seconds < self.signing_key_publish_seconds:
            raise ValueError("signing_key_rotate_seconds must not be below ..._publish_seconds")
        return self

    @property
    def rotation_policy(self) -> RotationPolicy:
        """How long a signing key stays in each state."""
        return RotationPolicy(
            rotate_after=timedelta(seconds=self.signing_key_rotate_seconds),
            publish_ahead=timedelta(seconds=self.signing_key_publish_seconds),
            keep_retired=timedelta(seconds=self.signing_key_retired_seconds),
        )

    @property
    def issuer(self) -> str:
        """The issuer identifier: the public base URL."""
        return self.public_url

    @property
    def level_policy(self) -> LevelPolicy:
        """The operator's choice of levels for one-factor methods."""
        return LevelPolicy(Loa(self.pin_advanced_loa), Loa(self.password_advanced_loa))

    @property
    def level_max_age(self) -> MaxAges:
        """How long a proof of each level counts in a session, in seconds."""
        return {
            Loa.SUBSTANTIAL: self.substantial_max_age_seconds,
            Loa.HIGH: self.high_max_age_seconds,
        }

    @property
    def session_idle(self) -> timedelta:
        """How long a session lives without use."""
        return timedelta(seconds=self.session_idle_seconds)

    @property
    def outbound_allowed(self) -> Allowed:
        """What may be called beyond public addresses."""
        return Allowed(self.outbound_networks, self.outbound_loopback)

    @property
    def session_absolute(self) -> timedelta:
        """How long a session lives at most."""
        return timedelta(seconds=self.session_absolute_seconds)
