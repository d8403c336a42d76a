"""The office console's backend: officers sign in at the gateway and reach the officer API only."""

from pathlib import Path

from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.http import serve
from clavis_kit.settings import load
from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import SettingsConfigDict

MIGRATIONS = Path(__file__).parents[2] / "migrations"
OFFICER_PREFIX = "/officer/v1/"


class ConsoleSettings(BffSettings):
    """The console shares the registry's database and nothing else with it."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_CONSOLE_", frozen=True, extra="ignore")

    service_name: str = "console"
    port: int = Field(default=8406, ge=1, le=65535)
    client_id: str = "office-console"
    session_cookie: str = Field(default="__Host-Http-console", pattern=r"^__Host-Http-[a-z-]+$")
    # An officer vouches for other people's identity: never at a lower level than theirs.
    minimum_acr: str | None = Field(default="substantial", pattern="^(substantial|high)$")
    idle_minutes: int = Field(default=10, ge=1, le=60)
    registry_url: str = Field(description="base URL of the registry, internal")


def create_console(settings: ConsoleSettings) -> FastAPI:
    """Make the console's application."""
    return create_bff_app(
        settings,
        title="Clavis office console",
        upstreams=[Upstream("registry", settings.registry_url, OFFICER_PREFIX)],
        links={"provider": settings.oidc_issuer},
        migrations_dir=MIGRATIONS,
    )


def main() -> None:
    """Run the console until it is told to stop."""
    settings = load(ConsoleSettings)
    serve(create_console(settings), settings)
