"""A device as the app is one: its keys, its signed requests, its answers."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from clavis_kit.ids import new_id
from clavis_pin.rules.device_proofs import body_hash
from joserfc import jwe, jws
from joserfc.jwk import ECKey

from services.pin.tests.world import ANA, ANA_CONTRAST, World

BROWSER = "b" * 64
OTHER_BROWSER = "c" * 64
RELYING_PARTY = {"name": "Ayuntamiento de Móstoles", "domain": "mostoles.example"}


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True)


def public(key: ECKey) -> dict[str, Any]:
    return {k: v for k, v in key.as_dict(private=False).items() if k in ("kty", "crv", "x", "y")}


def sign(key: ECKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), key, ["ES256"])


@dataclass
class Phone:
    """One installation of the app."""

    world: World
    signing: ECKey = field(default_factory=new_key)
    sealing: ECKey = field(default_factory=new_key)
    device_id: str = ""
    source: str = "192.0.2.7"

    def proof(self, method: str, path: str, body: bytes, **changes: Any) -> str:
        claims = {
            "htm": method,
            "htu": f"{self.world.settings.app_url}api{path}",
            "iat": self.world.clock.now().timestamp(),
            "jti": new_id(),
            "bth": body_hash(body),
        }
        header = {"typ": "clavis-device+jwt", "kid": self.device_id}
        return sign(self.signing, header, claims | changes)

    async def call(
        self, method: str, path: str, document: Any = None, proof: str | None = None
    ) -> httpx.Response:
        body = b"" if document is None else json.dumps(document).encode()
        headers = self.world.token("portal") | {
            "content-type": "application/json",
            "clavis-source": self.source,
            "clavis-device-proof": self.proof(method, path, body) if proof is None else proof,
        }
        url = f"/device/v1{path}"
        return await self.world.client.request(method, url, content=body, headers=headers)

    async def ok(self, method: str, path: str, document: Any = None) -> Any:
        response = await self.call(method, path, document)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def enrolment(self, **changes: Any) -> dict[str, Any]:
        return {
            "national_id": ANA,
            "contrast": ANA_CONTRAST,
            "device_name": "Móvil de Ana",
            "public_key_jwk": public(self.signing),
            "encryption_key_jwk": public(self.sealing),
            "language": "es",
        } | changes

    async def begin(self, **changes: Any) -> dict[str, Any]:
        answer = await self.ok("POST", "/enrolments", self.enrolment(**changes))
        await self.world.deps.app.errands.settle()
        self.device_id = answer.get("enrolment_id", "")
        return answer

    async def prove(self, **proof: str) -> dict[str, Any]:
        return await self.ok("POST", f"/enrolments/{self.device_id}/proof", proof)

    def last_code(self) -> str:
        text = self.world.outside.messages[-1]["body"]
        return text.rpartition("#")[2]

    async def enrol(self, **changes: Any) -> "Phone":
        await self.begin(**changes)
        assert (await self.prove(code=self.last_code()))["verdict"] == "accepted"
        return self

    def answer(
        self,
        request: dict[str, Any],
        decision: str,
        number: str | None = None,
        changes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        claims = {
            "request_id": request["app_request_id"],
            "relying_party": request["relying_party"],
            "decision": decision,
        } | ({"number": number} if number is not None else {})
        header = {"typ": "clavis-decision+jwt", "kid": self.device_id}
        return {
            "decision": decision,
            "signature": sign(self.signing, header, claims | (changes or {})),
        }

    async def decide(
        self, request: dict[str, Any], decision: str, number: str | None = None
    ) -> dict[str, Any]:
        path = f"/requests/{request['app_request_id']}/decision"
        return await self.ok("POST", path, self.answer(request, decision, number))

    async def claim(self, qr: str) -> dict[str, Any]:
        return await self.ok("POST", "/requests/claim", {"qr": qr})

    async def waiting(self) -> list[dict[str, Any]]:
        return (await self.ok("GET", "/requests"))["requests"]

    def open(self, sealed: str) -> dict[str, Any]:
        opened = jwe.decrypt_compact(sealed, self.sealing, algorithms=["ECDH-ES", "A256GCM"])
        assert opened.plaintext is not None
        return json.loads(opened.plaintext)


@dataclass
class Desk:
    """A browser's login, as the gateway runs it."""

    world: World
    browser: str = BROWSER
    asked: dict[str, Any] = field(default_factory=dict)

    async def begin(self, **changes: Any) -> dict[str, Any]:
        document = {
            "browser_hash": self.browser,
            "relying_party": RELYING_PARTY,
            "language": "es",
            "place": "Madrid",
        } | changes
        response = await self.world.post("/v1/app-requests", document)
        assert response.status_code == 200, response.text
        self.asked = response.json()
        await self.world.deps.app.errands.settle()
        return self.asked

    async def begin_by_number(self, **changes: Any) -> dict[str, Any]:
        return await self.begin(**{"national_id": ANA, "contrast": ANA_CONTRAST} | changes)

    @property
    def path(self) -> str:
        return f"/v1/app-requests/{self.asked['app_request_id']}"

    async def get(self, path: str) -> httpx.Response:
        return await self.world.client.get(path, headers=self.world.token())

    async def code(self) -> dict[str, Any]:
        return (await self.get(f"{self.path}/qr")).json()

    async def state(self, wait: float = 0) -> str:
        return (await self.get(f"{self.path}?wait={wait}")).json()["state"]

    async def complete(self, browser: str | None = None) -> dict[str, Any]:
        document = {"browser_hash": browser or self.browser}
        return (await self.world.post(f"{self.path}/completion", document)).json()


def soon(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def scanned(world: World) -> tuple[str, Desk, Phone, dict[str, Any]]:
    subject_id = await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    claimed = await phone.claim((await desk.code())["content"])
    return subject_id, desk, phone, claimed["request"]
