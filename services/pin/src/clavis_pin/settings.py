"""What an operator may set. A wrong value stops the start with a sentence."""

from datetime import timedelta
from pathlib import Path

from clavis_kit.messages.settings import MessageSettings
from clavis_kit.networks import Networks
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from clavis_pin.app_settings import AppSettings
from clavis_pin.rules.pins import PinPolicy

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class PinSettings(AppSettings, MessageSettings):
    """Settings of the PIN service, read from CLAVIS_PIN_*."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_PIN_", frozen=True, extra="ignore")

    service_name: str = "pin"
    brand: str = Field(default="Clavis", max_length=20, description="name in messages")
    national_id_key_file: Path = Field(description="key of national_id_hash")
    contrast_key_file: Path = Field(description="key of contrast_hash")
    contact_key_file: Path = Field(description="EC P-256 private key, PEM: opens contact data")
    pin_pepper_file: Path = Field(description="keys of the stored PIN hashes: raw or a ring")
    lifetime_seconds: int = Field(default=600, ge=60, le=3600)
    max_failures: int = Field(default=5, ge=1, le=100)
    lockout_seconds: int = Field(default=900, ge=60)
    requests_per_hour: int = Field(default=5, ge=1)
    requests_per_day: int = Field(default=10, ge=1)
    resend_seconds: int = Field(default=60, ge=0, description="between messages to one phone")
    sends_per_hour: int = Field(default=5, ge=1, description="messages to one phone")
    sends_per_day: int = Field(default=10, ge=1, description="messages to one phone")
    source_requests_per_hour: int = Field(default=600, ge=1, description="from one network")
    source_ipv4_bits: int = Field(default=24, ge=8, le=32, description="a network of IPv4")
    source_ipv6_bits: int = Field(default=64, ge=16, le=128, description="a network of IPv6")
    all_sends_per_hour: int = Field(default=200_000, ge=1, description="messages to everybody")

    @property
    def policy(self) -> PinPolicy:
        """The numbers as the rules take them."""
        return PinPolicy(
            lifetime=timedelta(seconds=self.lifetime_seconds),
            max_failures=self.max_failures,
            lockout=timedelta(seconds=self.lockout_seconds),
            requests_per_hour=self.requests_per_hour,
            requests_per_day=self.requests_per_day,
            resend_after=timedelta(seconds=self.resend_seconds),
            sends_per_hour=self.sends_per_hour,
            sends_per_day=self.sends_per_day,
            source_requests_per_hour=self.source_requests_per_hour,
            all_sends_per_hour=self.all_sends_per_hour,
        )

    @property
    def networks(self) -> Networks:
        """How a source network is told from an address."""
        return Networks(self.source_ipv4_bits, self.source_ipv6_bits)
