"""Settings of a browser backend; the process adds the addresses of its APIs."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from clavis_kit.settings import ServiceSettings


class BffSettings(ServiceSettings):
    """What every browser backend needs. Subclasses set env_prefix and the names."""

    kafka_bootstrap: str = Field(default="", description="unused: a backend reads no events")
    oidc_issuer: str = Field(description="issuer of the identity provider")
    oidc_internal_url: str | None = Field(
        default=None, description="where the issuer answers inside the network, if elsewhere"
    )
    client_id: str
    # Without offline_access: what the application may do ends with the person's session.
    scope: str = "openid"
    session_cookie: str = Field(
        description="name of the session cookie; starts with __Host-Http-",
        pattern=r"^__Host-Http-[a-z-]+$",
    )
    minimum_acr: str | None = Field(
        default=None,
        pattern="^(low|substantial|high)$",
        description="level that every sign-in must reach",
    )
    bff_session_key_file: Path = Field(description="32 random bytes: encrypts stored tokens")
    static_dir: Path = Field(description="the built application")
    brand: str = Field(default="Clavis", description="name shown to people")
    idle_minutes: int = Field(default=15, ge=1, le=120)
    session_hours: int = Field(default=8, ge=1, le=24)

    @property
    def idle_limit(self) -> timedelta:
        """How long a session lives without a request."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def session_limit(self) -> timedelta:
        """How long a session lives at most."""
        return timedelta(hours=self.session_hours)
