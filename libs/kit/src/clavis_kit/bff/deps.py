"""What a request of a browser backend may use."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from clavis_kit.bff.files import SiteFiles
from clavis_kit.bff.provider import Provider
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.bff.store import SessionStore
from clavis_kit.bff.vault import Vault
from clavis_kit.clock import Clock
from clavis_kit.service_tokens import JwksCache


@dataclass(frozen=True)
class BffDeps:
    """Held by the application for its whole life."""

    settings: BffSettings
    store: SessionStore
    vault: Vault
    provider: Provider
    keys: JwksCache
    http: httpx.AsyncClient
    files: SiteFiles
    clock: Clock
    upstreams: dict[str, Upstream]
    links: dict[str, str]
    sleep: Callable[[float], Awaitable[None]]

    @property
    def redirect_uri(self) -> str:
        """The only address at which the provider may answer (RFC 9700 section 2.1)."""
        return f"{self.settings.public_url}/bff/callback"

    @property
    def login_cookie(self) -> str:
        """Name of the cookie that binds a pending sign-in to its browser."""
        return f"{self.settings.session_cookie}-login"
