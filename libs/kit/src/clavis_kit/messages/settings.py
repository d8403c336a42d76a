"""Where messages go, as the operator sets it."""

from pathlib import Path

from pydantic import Field, model_validator

from clavis_kit.settings import ServiceSettings


class MessageSettings(ServiceSettings):
    """Settings of a service that writes to people."""

    sms_webhook_url: str | None = Field(default=None, description="one SMS provider by HTTP")
    sms_providers_file: Path | None = Field(
        default=None, description="several SMS providers: SMPP, HTTP, countries, fail-over (JSON)"
    )
    mail_webhook_url: str | None = Field(default=None, description="e-mail by HTTP")
    smtp_url: str | None = Field(default=None, description="e-mail by a mail server")
    mail_from: str = "no-reply@clavis.example"

    @model_validator(mode="after")
    def _somewhere(self) -> "MessageSettings":
        if self.sms_webhook_url is None and self.sms_providers_file is None:
            raise ValueError("name sms_webhook_url or sms_providers_file")
        return self
