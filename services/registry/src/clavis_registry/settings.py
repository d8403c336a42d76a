"""Settings of the registry: environment variables CLAVIS_REGISTRY_*."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from clavis_kit.messages.settings import MessageSettings
from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from clavis_registry.rules.contact import PhoneCodePolicy
from clavis_registry.rules.retention import RetentionPolicy
from clavis_registry.ways_in_settings import WaysInSettings

_PACKAGE = Path(__file__).parent
_BUNDLED_MIGRATIONS = _PACKAGE / "migrations"
MIGRATIONS = (
    _BUNDLED_MIGRATIONS
    if _BUNDLED_MIGRATIONS.is_dir()
    else _PACKAGE.parent.parent / "migrations"  # in a checkout they stand beside src
)


class RegistrySettings(WaysInSettings, MessageSettings):
    """What the registry needs to run."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_REGISTRY_", frozen=True, extra="ignore")

    service_name: str = "registry"
    port: int = Field(default=8401, ge=1, le=65535)
    national_id_key_file: Path = Field(description="key of the hashed identity numbers")
    contrast_key_file: Path = Field(description="key of the hashed contrast data")
    activation_key_file: Path = Field(description="key of the hashed activation and phone codes")
    name_key_file: Path = Field(description="key of the words a password may not contain")
    contact_readers_file: Path = Field(description="JWKS of who may open contact data")
    checkpoint_key_file: Path = Field(description="EC key, PEM: signs the checkpoints of the trail")
    checkpoint_file: Path | None = Field(default=None, description="copy of every checkpoint")
    seal_key_file: Path = Field(description="EC or RSA key, PEM: seals proofs and receipts")
    seal_cert_file: Path = Field(description="certificate of the seal and its issuers, PEM")
    approval_days: int = Field(default=7, ge=1, description="an undecided proposal ends then")
    seal_seconds: float = Field(default=5.0, gt=0, description="between two seals of the trail")
    lookups_per_hour: int = Field(default=60, ge=1, description="of one officer; more stand out")
    lookups_of_one_per_day: int = Field(default=6, ge=1, description="of one person by one officer")
    retention_hours: float = Field(default=24, gt=0, description="between two retention runs")
    retention_draft_days: int = Field(default=30, ge=1, description="unfinished acts")
    retention_code_days: int = Field(default=30, ge=1, description="codes sent, tries counted")
    retention_letter_days: int = Field(default=365, ge=30, description="letters and former codes")
    retention_contact_days: int = Field(default=1826, ge=30, description="of ended identities")
    retention_lookup_days: int = Field(default=1096, ge=1096, description="reasons of look-ups")
    retention_evidence_days: int = Field(
        default=5479, ge=5479, description="evidence, after the identity ended"
    )
    oidc_issuer: str = Field(description="issuer of the access tokens accepted here")
    oidc_jwks_url: str | None = Field(default=None, description="default: issuer + /jwks")
    office_client_id: str = "office-console"
    portal_client_id: str = "portal"
    brand: str = Field(default="Clavis", max_length=40, description="name shown to people")
    time_zone: str = Field(default="Europe/Madrid", description="whose calendar days count")
    draft_hours: int = Field(default=24, ge=1, description="an unfinished enrolment ends then")
    phone_code_minutes: int = Field(default=5, ge=1, le=30)
    phone_code_tries: int = Field(default=3, ge=1, le=10)
    phone_code_resend_seconds: int = Field(default=60, ge=0)
    phone_code_sends_per_hour: int = Field(default=5, ge=1, description="per phone number")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a known time zone") from error
        return value

    @property
    def phone_code_policy(self) -> PhoneCodePolicy:
        """The numbers of the phone code, as the rules take them."""
        return PhoneCodePolicy(
            lifetime=timedelta(minutes=self.phone_code_minutes),
            tries=self.phone_code_tries,
            resend_after=timedelta(seconds=self.phone_code_resend_seconds),
            sends_per_hour=self.phone_code_sends_per_hour,
        )

    @property
    def retention_policy(self) -> RetentionPolicy:
        """How long each kind of datum is kept, as the rules take it."""
        return RetentionPolicy(
            drafts=self.retention_draft_days,
            codes=self.retention_code_days,
            letters=self.retention_letter_days,
            contacts=self.retention_contact_days,
            lookups=self.retention_lookup_days,
            evidence=self.retention_evidence_days,
        )

    @property
    def jwks_url(self) -> str:
        """Where the issuer publishes the keys of its access tokens."""
        return self.oidc_jwks_url or f"{self.oidc_issuer}/jwks"
