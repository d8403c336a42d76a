"""What an operator may set. A wrong value stops the start with a sentence."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from clavis_kit.messages.settings import MessageSettings
from clavis_kit.networks import Networks
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from clavis_permanent.authenticator_settings import AuthenticatorSettings
from clavis_permanent.breached import SHIPPED
from clavis_permanent.rules import ActivationPolicy, OtpPolicy, PasswordPolicy
from clavis_permanent.rules.facts import Proof
from clavis_permanent.rules.notices import NoticePolicy
from clavis_permanent.rules.proofs import RecoveryPolicy
from clavis_permanent.rules.sources import SourcePolicy

RecoveryProof = Literal["activation_code", "certificate", "passkey"]
MIGRATIONS = Path(__file__).parents[2] / "migrations"


class PermanentSettings(MessageSettings, AuthenticatorSettings):
    """Settings of the permanent service, read from CLAVIS_PERMANENT_*."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_PERMANENT_", frozen=True, extra="ignore")

    service_name: str = "permanent"
    brand: str = Field(default="Clavis", max_length=20, description="name in messages")
    national_id_key_file: Path = Field(description="key of national_id_hash")
    activation_key_file: Path = Field(description="key of activation_code_hash")
    name_key_file: Path = Field(description="key of the forbidden words")
    contact_key_file: Path = Field(description="EC P-256 private key, PEM: opens contact data")
    password_pepper_file: Path = Field(description="keys of what is stored: raw or a ring")
    breached_passwords_file: Path = Field(default=SHIPPED, description="filter of known passwords")
    oidc_issuer: str = Field(description="issuer of the access tokens accepted")
    oidc_jwks_url: str | None = Field(default=None, description="its keys; default <issuer>/jwks")
    otp_domain: str | None = Field(
        default=None, max_length=48, description="host to which codes are bound; none if unset"
    )
    recovery_proofs: frozenset[RecoveryProof] = Field(
        default=frozenset({"activation_code", "certificate"}),
        description="what replaces a forgotten password: activation_code, certificate, passkey",
    )
    recovery_max_age_seconds: int = Field(
        default=300, ge=60, le=900, description="age of the login that replaces a password"
    )

    password_minimum_length: int = Field(default=8, ge=8)
    password_classless_length: int = Field(default=16, ge=8)
    password_maximum_length: int = Field(default=128, ge=64)
    password_lifetime_days: int = Field(default=730, ge=1)
    password_max_failures: int = Field(default=5, ge=1, le=100)
    password_history: int = Field(default=1, ge=1, le=5, description="last ones not to come again")
    password_change_seconds: int = Field(default=600, ge=60, description="change inside a login")
    password_notice_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        default=(30, 7), min_length=1, description="days before its end when people are told"
    )
    notice_answer_days: int = Field(default=7, ge=1, le=30, description='"it was not me" works')
    notice_retry_hours: int = Field(default=72, ge=1, description="then a notice is given up")
    history_days: int = Field(default=1826, ge=30, description="how long the history is kept")
    otp_lifetime_seconds: int = Field(default=300, ge=60, le=900)
    otp_max_tries: int = Field(default=3, ge=1, le=10)
    otp_resend_seconds: int = Field(default=60, ge=1)
    otp_sends_per_hour: int = Field(default=5, ge=1)
    activation_code_max_failures: int = Field(default=5, ge=1, le=100)
    recovery_code_max_failures: int = Field(default=100, ge=1, le=100)
    activation_attempts_per_hour: int = Field(default=10, ge=1)
    source_attempts_per_hour: int = Field(
        default=600, ge=1, description="passwords and activation codes from one network"
    )
    source_ipv4_bits: int = Field(default=24, ge=8, le=32, description="a network of IPv4")
    source_ipv6_bits: int = Field(default=64, ge=16, le=128, description="a network of IPv6")
    activation_choose_seconds: int = Field(default=900, ge=60)

    argon2_memory_kib: int = Field(default=19 * 1024, ge=8 * 1024)
    argon2_passes: int = Field(default=2, ge=1)
    argon2_lanes: int = Field(default=1, ge=1)
    argon2_workers: int = Field(default=os.cpu_count() or 1, ge=1)
    argon2_queue: int = Field(default=64, ge=0, description="waiting jobs before 503")

    @property
    def jwks_url(self) -> str:
        """Where the issuer's keys are."""
        return self.oidc_jwks_url or f"{self.oidc_issuer}/jwks"

    @property
    def password_policy(self) -> PasswordPolicy:
        """The numbers as the rules take them."""
        return PasswordPolicy(
            minimum_length=self.password_minimum_length,
            classless_length=self.password_classless_length,
            maximum_length=self.password_maximum_length,
            lifetime=timedelta(days=self.password_lifetime_days),
            max_failures=self.password_max_failures,
            history=self.password_history,
            change_window=timedelta(days=max(self.password_notice_days)),
            time_to_change=timedelta(seconds=self.password_change_seconds),
        )

    @property
    def notice_policy(self) -> NoticePolicy:
        """The numbers as the rules take them."""
        return NoticePolicy(
            before_end=tuple(timedelta(days=days) for days in self.password_notice_days),
            answerable=timedelta(days=self.notice_answer_days),
            give_up_after=timedelta(hours=self.notice_retry_hours),
        )

    @property
    def otp_policy(self) -> OtpPolicy:
        """The numbers as the rules take them."""
        return OtpPolicy(
            lifetime=timedelta(seconds=self.otp_lifetime_seconds),
            max_tries=self.otp_max_tries,
            resend_after=timedelta(seconds=self.otp_resend_seconds),
            sends_per_hour=self.otp_sends_per_hour,
        )

    @property
    def recovery_policy(self) -> RecoveryPolicy:
        """The numbers as the rules take them."""
        return RecoveryPolicy(
            proofs=frozenset(Proof(name) for name in self.recovery_proofs),
            max_age=timedelta(seconds=self.recovery_max_age_seconds),
        )

    @property
    def activation_policy(self) -> ActivationPolicy:
        """The numbers as the rules take them."""
        return ActivationPolicy(
            max_code_failures=self.activation_code_max_failures,
            max_recovery_failures=self.recovery_code_max_failures,
            attempts_per_hour=self.activation_attempts_per_hour,
            time_to_choose=timedelta(seconds=self.activation_choose_seconds),
        )

    @property
    def source_policy(self) -> SourcePolicy:
        """The numbers as the rules take them."""
        networks = Networks(self.source_ipv4_bits, self.source_ipv6_bits)
        return SourcePolicy(self.source_attempts_per_hour, networks)
