"""Where messages go, as the operator sets it."""

from pathlib import Path

from pydantic import Field, model_validator

from clavis_kit.settings import KeyFileError, ServiceSettings


class MessageSettings(ServiceSettings):
    """Settings of a service that writes to people."""

    sms_webhook_url: str | None = Field(default=None, description="one SMS provider by HTTP")
    sms_providers_file: Path | None = Field(
        default=None, description="several SMS providers: SMPP, HTTP, countries, fail-over (JSON)"
    )
    mail_webhook_url: str | None = Field(default=None, description="e-mail by HTTP")
    smtp_url: str | None = Field(default=None, description="e-mail by a mail server")
    smtp_url_file: Path | None = Field(
        default=None, description="file with that address, where it holds a password"
    )
    mail_from: str = "no-reply@clavis.example"

    @property
    def smtp_address(self) -> str | None:
        """The mail server's address. Raises KeyFileError when its file cannot be read."""
        if self.smtp_url_file is None:
            return self.smtp_url
        try:
            return self.smtp_url_file.read_text().strip()
        except OSError as error:
            raise KeyFileError(f"{self.smtp_url_file}: cannot be read") from error

    @model_validator(mode="after")
    def _somewhere(self) -> "MessageSettings":
        if self.sms_webhook_url is None and self.sms_providers_file is None:
            raise ValueError("name sms_webhook_url or sms_providers_file")
        return self
