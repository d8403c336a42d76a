"""A person at the portal and at a login, with whatever authenticators a test gives them."""

import base64
from typing import Any

import httpx
from clavis_kit.loa import Loa
from clavis_permanent.rules.second_factors import hotp, step_at

from services.permanent.tests.authenticator import SoftwareAuthenticator
from services.permanent.tests.test_border import access_token
from services.permanent.tests.world import World


class Holder:
    """Somebody with a session in the portal."""

    def __init__(self, world: World, subject_id: str) -> None:
        self.world = world
        self.subject_id = subject_id

    def headers(self, **changes: Any) -> dict[str, str]:
        claims = {
            "sub": self.subject_id,
            "acr": Loa.SUBSTANTIAL.acr,
            "auth_time": int(self.world.clock.now().timestamp()),
        }
        return access_token(self.world, **(claims | changes))

    async def call(
        self, method: str, path: str, document: Any = None, **claims: Any
    ) -> httpx.Response:
        return await self.world.client.request(
            method, f"/citizen/v1{path}", json=document, headers=self.headers(**claims)
        )

    async def options(self) -> dict[str, Any]:
        response = await self.call("POST", "/passkeys/options")
        assert response.status_code == 200, response.text
        return response.json()["options"]

    async def bind(
        self, authenticator: SoftwareAuthenticator, name: str = "Mi móvil", **client: Any
    ) -> httpx.Response:
        credential = authenticator.create(await self.options(), **client)
        return await self.call("POST", "/passkeys", {"credential": credential, "name": name})

    async def add_passkey(self, **changes: Any) -> tuple[SoftwareAuthenticator, str]:
        authenticator = SoftwareAuthenticator(**changes)
        response = await self.bind(authenticator)
        assert response.status_code == 201, response.text
        return authenticator, response.json()["passkey_id"]

    async def add_app(self) -> tuple[bytes, str]:
        """Bind an authenticator app; return its secret and identifier."""
        started = (await self.call("POST", "/authenticator-app")).json()
        padded = started["secret"] + "=" * (-len(started["secret"]) % 8)
        secret = base64.b32decode(padded)
        path = f"/authenticator-app/{started['enrolment_id']}/confirmation"
        answer = await self.call("POST", path, {"code": self.code(secret)})
        assert answer.json() == {"outcome": "added"}, answer.text
        return secret, started["enrolment_id"]

    def code(self, secret: bytes, steps: int = 0) -> str:
        """What the app shows now, or so many steps later."""
        return hotp(secret, step_at(self.world.clock.now()) + steps)

    async def methods(self) -> dict[str, Any]:
        response = await self.call("GET", "/methods")
        assert response.status_code == 200, response.text
        return response.json()


async def start_login(world: World) -> tuple[str, dict[str, Any]]:
    started = await world.ask("/v1/passkey-logins", {"relying_party": "Ayuntamiento"})
    return started["passkey_login_id"], started["options"]


async def log_in(
    world: World, authenticator: SoftwareAuthenticator, **client: Any
) -> dict[str, Any]:
    login_id, options = await start_login(world)
    credential = authenticator.get(options, **client)
    return await world.ask(f"/v1/passkey-logins/{login_id}/assertion", {"credential": credential})


async def holder_of(world: World, **person: Any) -> Holder:
    return Holder(world, await world.enrol(**person))


class Factors:
    """What the gateway asks after a password."""

    def __init__(self, world: World, subject_id: str) -> None:
        self.world = world
        self.subject_id = subject_id

    async def totp(self, code: str) -> dict[str, Any]:
        return await self._ask("totp", code)

    async def recovery(self, code: str) -> dict[str, Any]:
        return await self._ask("recovery-code", code)

    async def _ask(self, kind: str, code: str) -> dict[str, Any]:
        document = {"subject_id": self.subject_id, "code": code, "bound_to": "interaction-1"}
        return await self.world.ask(f"/v1/{kind}-attempts", document)


async def ana_of(world: World) -> tuple[Holder, Factors]:
    ana = await holder_of(world)
    return ana, Factors(world, ana.subject_id)


def other(code: str) -> str:
    """A code that the app does not show."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def list_of(ana: Holder) -> list[str]:
    """Have recovery codes printed."""
    response = await ana.call("POST", "/recovery-codes")
    assert response.status_code == 200, response.text
    codes: list[str] = response.json()["codes"]
    return codes
