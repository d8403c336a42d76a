"""What the login pages use, built once by `app.py` and found in `app.state.login`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clavis_kit.calls import Calls
from clavis_kit.service_tokens import ServiceTokenSigner
from starlette.requests import Request

from clavis_gateway.certificates.header import Terminator, read_terminator
from clavis_gateway.login.clients.enrolment import EnrolmentClient
from clavis_gateway.login.clients.health import MethodHealth
from clavis_gateway.login.clients.permanent import (
    FraudClient,
    PasskeyClient,
    PasswordSetupClient,
    PermanentClient,
)
from clavis_gateway.login.clients.pin import AppClient, PinClient
from clavis_gateway.login.clients.registry import RegistryClient
from clavis_gateway.login.clients.sibling import Sibling
from clavis_gateway.login.pages import TemplatePages
from clavis_gateway.rules.levels import METHODS_OF, Choice, Method

if TYPE_CHECKING:
    from clavis_gateway.certificates.checker import CertificateChecker
    from clavis_gateway.settings import GatewaySettings

_CERTIFICATES = frozenset(METHODS_OF[Choice.CERTIFICATE])


@dataclass(frozen=True, slots=True)
class Login:
    """Pages, clients and certificate checks. `certificates` is None where they are off."""

    pages: TemplatePages
    pin: PinClient
    app: AppClient
    permanent: PermanentClient
    setups: PasswordSetupClient
    passkeys: PasskeyClient
    fraud: FraudClient
    registry: RegistryClient
    enrolment: EnrolmentClient
    health: MethodHealth
    terminator: Terminator
    """Whose word on addresses counts."""
    certificates: CertificateChecker | None

    async def available(self) -> frozenset[Method]:
        """Return the methods that can be used now."""
        answering = await self.health.available()
        return answering if self.certificates else answering - _CERTIFICATES


def build_login(
    settings: GatewaySettings,
    pages: TemplatePages,
    calls: Calls,
    tokens: ServiceTokenSigner,
    certificates: CertificateChecker | None,
) -> Login:
    """Wire the login pages to the services they call."""

    def sibling(name: str, url: str) -> Sibling:
        return Sibling(name, url, calls, tokens, settings.credential_timeout_seconds)

    pin = sibling("pin", settings.pin_url)
    permanent = sibling("permanent", settings.permanent_url)
    registry = sibling("registry", settings.registry_url)
    return Login(
        pages=pages,
        pin=PinClient(pin),
        app=AppClient(pin),
        permanent=PermanentClient(permanent),
        setups=PasswordSetupClient(permanent),
        passkeys=PasskeyClient(permanent),
        fraud=FraudClient(permanent),
        registry=RegistryClient(registry),
        enrolment=EnrolmentClient(registry),
        health=MethodHealth([pin, permanent, registry], settings.health_cache_seconds),
        terminator=read_terminator(settings),
        certificates=certificates,
    )


def login_of(request: Request) -> Login:
    """Return the parts of the application that serves this request."""
    login: Login = request.app.state.login
    return login
