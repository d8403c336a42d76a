"""The portal's backend: which APIs a citizen's browser reaches, and at which level it signs in."""

from pathlib import Path

from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.http import serve
from clavis_kit.settings import load
from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import SettingsConfigDict

MIGRATIONS = Path(__file__).parents[3] / "migrations"
CITIZEN_PREFIX = "/citizen/v1/"
MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
MULTIPART_BYTES = 64 * 1024


class PortalSettings(BffSettings):
    """The portal shares the gateway's database and nothing else with it."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_PORTAL_", frozen=True, extra="ignore")

    service_name: str = "portal"
    port: int = Field(default=8405, ge=1, le=65535)
    client_id: str = "portal"
    session_cookie: str = Field(default="__Host-Http-portal", pattern=r"^__Host-Http-[a-z-]+$")
    registry_url: str = Field(description="base URL of the registry, internal")
    pin_url: str = Field(description="base URL of the PIN service, internal")
    permanent_url: str = Field(description="base URL of the permanent password service, internal")
    signing_url: str = Field(description="base URL of the signing service, internal")
    gateway_url: str = Field(description="base URL of the gateway, internal")


def upstreams(settings: PortalSettings) -> list[Upstream]:
    """List the APIs of the portal: only the citizen's own parts of five services."""
    document = MAX_DOCUMENT_BYTES + MULTIPART_BYTES
    return [
        Upstream("registry", settings.registry_url, CITIZEN_PREFIX),
        Upstream("pin", settings.pin_url, CITIZEN_PREFIX),
        Upstream("permanent", settings.permanent_url, CITIZEN_PREFIX),
        Upstream("signing", settings.signing_url, CITIZEN_PREFIX, max_body_bytes=document),
        Upstream("gateway", settings.gateway_url, CITIZEN_PREFIX),
    ]


def create_portal(settings: PortalSettings) -> FastAPI:
    """Make the portal's application."""
    return create_bff_app(
        settings,
        title="Clavis citizen portal",
        upstreams=upstreams(settings),
        links={
            "activate": f"{settings.oidc_issuer}/activate",
            "provider": settings.oidc_issuer,
        },
        migrations_dir=MIGRATIONS,
    )


def main() -> None:
    """Run the portal until it is told to stop."""
    settings = load(PortalSettings)
    serve(create_portal(settings), settings)
