"""The portal's session of a citizen, and a phone enrolled with its ticket."""

from typing import Any

from clavis_kit.loa import Loa
from joserfc import jwt
from joserfc.jwk import ECKey

from services.pin.tests.phone import Phone
from services.pin.tests.world import World


class Portal:
    """The citizen's session in the portal: access tokens for the citizen API."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        world.outside.key_sets["jwks"] = {"keys": [self.key.as_dict(private=False)]}

    def headers(self, subject_id: str, **changes: Any) -> dict[str, str]:
        claims = {
            "iss": self.world.settings.oidc_issuer,
            "aud": "clavis-pin",
            "sub": subject_id,
            "client_id": "portal",
            "acr": Loa.SUBSTANTIAL.acr,
            "auth_time": int(self.world.clock.now().timestamp()),
            "exp": int(self.world.clock.now().timestamp()) + 300,
        } | changes
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        return {"Authorization": f"Bearer {jwt.encode(header, claims, self.key)}"}

    async def call(self, method: str, path: str, subject_id: str, **changes: Any) -> Any:
        headers = self.headers(subject_id, **changes)
        return await self.world.client.request(method, f"/citizen/v1{path}", headers=headers)

    async def ticket(self, subject_id: str) -> str:
        response = await self.call("POST", "/device-tickets", subject_id)
        assert response.status_code == 201, response.text
        return response.json()["ticket"]

    async def enrol(self, subject_id: str) -> Phone:
        phone, ticket = Phone(self.world), await self.ticket(subject_id)
        await phone.begin(national_id=None, contrast=None)
        assert (await phone.prove(ticket=ticket))["verdict"] == "accepted"
        return phone
