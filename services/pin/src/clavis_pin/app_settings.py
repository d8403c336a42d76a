"""What an operator may set about the app: its address, its keys and its numbers."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from clavis_kit.settings import ServiceSettings
from pydantic import Field

from clavis_pin.rules.app_requests import AppPolicy
from clavis_pin.rules.people import SmsDeviceLevel


class AppSettings(ServiceSettings):
    """Settings of devices, logins by app and push messages."""

    app_url: str = Field(
        pattern=r"^https?://[^/?#]+/([^?#]*/)?$",
        description="public address of the app, with a slash at its end",
    )
    app_key_file: Path = Field(description="key of codes, QRs and counts of the app, 32 bytes")
    vapid_key_file: Path = Field(description="EC P-256 private key, PEM: names us to push services")
    vapid_contact: str | None = Field(
        default=None,
        pattern=r"^(mailto:|https://)",
        description="how push services reach the operator; default the app's address",
    )
    oidc_issuer: str = Field(description="issuer of the citizens' access tokens")
    oidc_jwks_url: str | None = Field(default=None, description="default <issuer>/jwks")
    attestation: Literal["none"] = "none"
    sms_device_level: SmsDeviceLevel = Field(
        default="basic",
        description="what a device proven by SMS confirms: the basic level, or the person's own",
    )
    max_active_devices: int = Field(default=1, ge=1, le=10, description="for each person")
    app_request_seconds: int = Field(default=300, ge=60, le=900)
    qr_seconds: int = Field(default=5, ge=2, le=30, description="a QR is honoured for two of these")
    typed_code_seconds: int = Field(default=60, ge=30, le=150)
    max_number_failures: int = Field(default=3, ge=1, le=10)
    device_enrolment_seconds: int = Field(default=300, ge=60, le=1800)
    device_ticket_seconds: int = Field(default=300, ge=60, le=1800)
    max_code_failures: int = Field(default=3, ge=1, le=10)
    app_requests_per_hour: int = Field(default=10, ge=1, description="by number and datum")
    device_enrolments_per_hour: int = Field(default=5, ge=1, description="for each person")
    device_enrolments_per_day: int = Field(default=10, ge=1, description="for each person")
    app_source_requests_per_hour: int = Field(default=3000, ge=1, description="from one network")
    device_source_enrolments_per_hour: int = Field(default=120, ge=1, description="same")
    claims_per_device_hour: int = Field(default=60, ge=1, description="scans of one device")
    app_evidence_days: int = Field(default=1825, ge=30, description="how long answers are kept")

    @property
    def app_policy(self) -> AppPolicy:
        """The numbers as the rules take them."""
        return AppPolicy(
            request_lifetime=timedelta(seconds=self.app_request_seconds),
            qr_step=timedelta(seconds=self.qr_seconds),
            typed_step=timedelta(seconds=self.typed_code_seconds),
            max_number_failures=self.max_number_failures,
            sms_device_level=self.sms_device_level,
            max_active_devices=self.max_active_devices,
            enrolment_lifetime=timedelta(seconds=self.device_enrolment_seconds),
            ticket_lifetime=timedelta(seconds=self.device_ticket_seconds),
            max_code_failures=self.max_code_failures,
            requests_per_hour=self.app_requests_per_hour,
            enrolments_per_hour=self.device_enrolments_per_hour,
            enrolments_per_day=self.device_enrolments_per_day,
            requests_per_source_hour=self.app_source_requests_per_hour,
            enrolments_per_source_hour=self.device_source_enrolments_per_hour,
            claims_per_device_hour=self.claims_per_device_hour,
            evidence=timedelta(days=self.app_evidence_days),
        )

    @property
    def jwks_url(self) -> str:
        """Where the keys of the access tokens are."""
        return self.oidc_jwks_url or f"{self.oidc_issuer}/jwks"
