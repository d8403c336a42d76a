"""What an operator may set about passkeys, authenticator apps and recovery codes."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from clavis_kit.settings import ServiceSettings
from pydantic import Field, field_validator, model_validator

from clavis_permanent.rules.passkeys import PasskeyPolicy
from clavis_permanent.rules.second_factors import SecondFactorPolicy


class AuthenticatorSettings(ServiceSettings):
    """The part of the permanent service's settings that further methods need."""

    authenticator_key_file: Path = Field(
        description="keys of app secrets and recovery codes: raw or a ring"
    )
    passkey_rp_id: str = Field(
        min_length=1, description="domain that passkeys are bound to; it can never change"
    )
    passkey_origins: tuple[str, ...] = Field(
        min_length=1, description="origins of the pages that may use passkeys: gateway and portal"
    )
    passkey_attestation_roots_file: Path | None = Field(
        default=None, description="makers' root certificates, PEM; if set, one must vouch"
    )
    passkey_limit: int = Field(default=10, ge=1, le=100)
    passkey_challenge_seconds: int = Field(default=300, ge=60, le=600)
    second_factor_max_failures: int = Field(default=5, ge=1, le=10)
    second_factor_block_seconds: int = Field(default=900, ge=60)
    second_factor_longest_block_seconds: int = Field(default=86_400, ge=60)
    second_factor_total_failures: int = Field(default=100, ge=1, le=100)
    totp_window_steps: int = Field(default=1, ge=0, le=2)
    totp_enrolment_seconds: int = Field(default=600, ge=60, le=3600)
    recovery_codes: int = Field(default=10, ge=4, le=20)
    fresh_session_seconds: int = Field(
        default=300, ge=60, le=900, description="age of the login that binds or removes a method"
    )

    @field_validator("passkey_origins")
    @classmethod
    def _only_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if (
                parts.scheme not in {"http", "https"}
                or f"{parts.scheme}://{parts.netloc}" != origin
            ):
                raise ValueError("an origin is scheme, host and port, nothing else")
        return origins

    # W3C Web Authentication Level 3 section 5.1.3: a browser binds a passkey to the domain of the
    # page or one above it.
    @model_validator(mode="after")
    def _origins_of_the_domain(self) -> "AuthenticatorSettings":
        for origin in self.passkey_origins:
            host = urlsplit(origin).hostname or ""
            if host != self.passkey_rp_id and not host.endswith(f".{self.passkey_rp_id}"):
                raise ValueError("the passkey origins are not under the passkey domain")
        return self

    @property
    def passkey_policy(self) -> PasskeyPolicy:
        """The numbers as the rules take them."""
        return PasskeyPolicy(
            limit=self.passkey_limit,
            challenge_lifetime=timedelta(seconds=self.passkey_challenge_seconds),
        )

    @property
    def second_factor_policy(self) -> SecondFactorPolicy:
        """The numbers as the rules take them."""
        return SecondFactorPolicy(
            max_failures=self.second_factor_max_failures,
            block=timedelta(seconds=self.second_factor_block_seconds),
            longest_block=timedelta(seconds=self.second_factor_longest_block_seconds),
            total_failures=self.second_factor_total_failures,
            window_steps=self.totp_window_steps,
            enrolment_lifetime=timedelta(seconds=self.totp_enrolment_seconds),
            recovery_codes=self.recovery_codes,
        )
