"""A person in front of the portal, with whatever authenticators a test gives them."""

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
