"""The portal's backend: which APIs a citizen's browser reaches, and at which level it signs in."""

import re
import sys
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.files import SiteFiles, SiteMissingError
from clavis_kit.bff.guest import Guest
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
MAX_SIGNED_REQUEST_BYTES = 1024 * 1024  # a signed PDF in base64 inside JSON
APP_NAME = "app"
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# All that a phone may ask of the PIN service.
APP_CALLS = tuple(
    (method, re.compile(path))
    for method, path in (
        ("POST", "/enrolments"),
        ("POST", f"/enrolments/{_ID}/proof"),
        ("GET", "/requests"),
        ("POST", "/requests/claim"),
        ("POST", f"/requests/{_ID}/decision"),
        ("GET", "/pin"),
        ("POST", "/push-subscription"),
        ("GET", "/device"),
        ("DELETE", "/device"),
    )
)


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
    terminator_networks: list[IPv4Network | IPv6Network] = Field(
        default_factory=list, description="proxies whose word on a request's origin is believed"
    )
    signing_url: str = Field(description="base URL of the signing service, internal")
    gateway_url: str = Field(description="base URL of the gateway, internal")


def upstreams(settings: PortalSettings) -> list[Upstream]:
    """List the APIs of the portal: only the citizen's own parts of five services."""
    document = MAX_DOCUMENT_BYTES + MULTIPART_BYTES
    return [
        Upstream(
            "registry",
            settings.registry_url,
            CITIZEN_PREFIX,
            max_body_bytes=MAX_SIGNED_REQUEST_BYTES,
        ),
        Upstream("pin", settings.pin_url, CITIZEN_PREFIX),
        Upstream("permanent", settings.permanent_url, CITIZEN_PREFIX),
        Upstream("signing", settings.signing_url, CITIZEN_PREFIX, max_body_bytes=document),
        Upstream("gateway", settings.gateway_url, CITIZEN_PREFIX),
    ]


def app_on_phones(settings: PortalSettings) -> Guest:
    """Describe the app: its files stand beside the portal's, its calls go to the PIN service."""
    try:
        files = SiteFiles(settings.static_dir.parent / APP_NAME, settings.brand)
    except SiteMissingError as error:
        sys.exit(f"{settings.service_name}: {error}")
    return Guest(
        name=APP_NAME,
        files=files,
        base_url=settings.pin_url,
        api_prefix="/device/v1",
        audience="pin",
        calls=APP_CALLS,
        headers=frozenset({"clavis-device-proof"}),
        proxies=settings.terminator_networks,
    )


def create_portal(settings: PortalSettings) -> FastAPI:
    """Make the portal's application."""
    return create_bff_app(
        settings,
        title="Clavis citizen portal",
        upstreams=upstreams(settings),
        links={
            "activate": f"{settings.oidc_issuer}/activate",
            "recover": f"{settings.oidc_issuer}/recover",
            "offices": f"{settings.oidc_issuer}/offices",
            "provider": settings.oidc_issuer,
        },
        migrations_dir=MIGRATIONS,
        guest=app_on_phones(settings),
    )


def main() -> None:
    """Run the portal until it is told to stop."""
    settings = load(PortalSettings)
    serve(create_portal(settings), settings)
