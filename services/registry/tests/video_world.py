"""The people and services around an identification by video."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from clavis_kit.ids import encode_base64url
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from services.registry.tests.citizens import CONTRAST, terms
from services.registry.tests.world import ANA, World

# Tuesday, 10 March 2026, 13:20 in Madrid: the call after the noon of the tests.
SLOT = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
SEEN = dict.fromkeys(
    ("consent_to_record", "live_person", "face_matches", "document_genuine", "data_read_out"), True
)
PERSON = {
    "national_id": ANA, "given_name": "Ana", "first_surname": "García", "second_surname": "Núñez",
    "birth_date": "1985-06-01",
    "document": {"kind": "dni", "issued_on": "2021-05-17", "expires_on": "2031-05-17"},
}  # fmt: skip
CONTACT = {"mobile": "600111222", "email": "ana@example.es", "language": "es"}


@dataclasses.dataclass
class Desk:
    """Two agents, a supervisor and the gateway."""

    world: World
    agents: list[str]
    supervisor: str
    key: ECKey

    async def gateway(self, path: str, **body: Any) -> Any:
        return await self.world.http.post(
            f"/internal/v1{path}", json=body, headers=self.world.as_service("gateway")
        )

    async def agent(self, path: str, who: str | None = None, **body: Any) -> Any:
        headers = self.world.as_officer(who or self.agents[0])
        return await self.world.http.post(
            f"/officer/v1/video-cases{path}", json=body, headers=headers
        )

    async def book(self, **changes: Any) -> Any:
        body = {"national_id": ANA, "contrast": CONTRAST, "starts_at": SLOT.isoformat(),
                "language": "es", "email": "ana@example.es", "source": "192.0.2.1"}  # fmt: skip
        return await self.gateway("/video-appointments", **{**body, **changes})

    async def waiting(self) -> tuple[str, str]:
        """Book and arrive; return the token and the case."""
        token = (await self.book()).json()["token"]
        self.world.clock.advance(timedelta(minutes=20))
        arrival = (await self.gateway("/video-appointments/arrival", token=token)).json()
        assert arrival == {"state": "queued", "place": 1}
        case_id = await self.world.deps.pool.fetchval("SELECT case_id::text FROM video_case")
        return token, case_id

    def decision(self, **changes: Any) -> dict[str, Any]:
        return {
            "accept": True, "reason": "Todo coincide", "checklist": SEEN, "person": PERSON,
            "recording": {"provider": "video-co", "recording_id": "r-1"}, **changes,
        }  # fmt: skip

    def recording(self) -> dict[str, Any]:
        now = self.world.clock.now()
        return {
            "provider": "video-co", "recording_id": "r-1", "sha256": "ab" * 32,
            "started_at": (now - timedelta(minutes=9)).isoformat(), "ended_at": now.isoformat(),
        }  # fmt: skip

    async def signed(self, path: str, document: dict[str, Any], key: ECKey | None = None) -> Any:
        """Send as the provider does: a detached JWS over the body (RFC 7515 appendix F)."""
        body = json.dumps(document).encode()
        compact = jws.serialize_compact({"alg": "ES256", "kid": "video-co"}, body, key or self.key)
        start, payload, end = compact.split(".")
        assert payload == encode_base64url(body)
        headers = {
            "Clavis-Provider-Signature": f"{start}..{end}", "Content-Type": "application/json"
        }  # fmt: skip
        return await self.world.http.post(f"/provider/v1/{path}", content=body, headers=headers)

    async def announce(self, case_id: str, key: ECKey | None = None, **changes: Any) -> Any:
        """Announce the recording of a call."""
        told = {name: value for name, value in self.recording().items() if name != "provider"}
        document = {"case_id": case_id, **told, **changes}
        return await self.signed("video-recordings", document, key)

    async def taken(self) -> tuple[str, str]:
        """Take a call whose recording is known; return the token and the case."""
        token, case_id = await self.waiting()
        await self.agent(f"/{case_id}/claim")
        assert (await self.announce(case_id)).json() == {"outcome": "announced"}
        return token, case_id

    async def accepted(self) -> tuple[str, str]:
        token, case_id = await self.taken()
        decided = await self.agent(f"/{case_id}/decision", **self.decision())
        assert decided.status_code == 200, decided.text
        return token, case_id

    async def state(self) -> Any:
        return await self.world.deps.pool.fetchval("SELECT state FROM video_case")


def with_sample(world: World, fraction: float) -> None:
    with_settings(world, video_sample_fraction=fraction)


def with_settings(world: World, **changes: Any) -> None:
    """Let the operator decide otherwise."""
    app: Any = world.http._transport
    deps = app.app.state.deps
    settings = deps.settings.model_copy(update=changes)
    app.app.state.deps = dataclasses.replace(deps, settings=settings)


def with_providers(world: World, key: ECKey | None) -> None:
    """Let one provider of video be known, or none."""
    public = KeySet.import_key_set({"keys": [key.as_dict(private=False)]}) if key else None
    app: Any = world.http._transport
    app.app.state.deps = dataclasses.replace(app.app.state.deps, video_providers=public)


@dataclasses.dataclass
class Provider:
    """A provider of automatic video with a key of its own."""

    desk: Desk

    async def proved(self, **changes: Any) -> str:
        body = {"national_id": ANA, **CONTACT, **changes}
        begun = (await self.desk.gateway("/video-automatic", **body)).json()
        reference: str = begun["completion_id"]
        proof = {"code": self.desk.world.outside.last_code(), **terms()}
        proved = await self.desk.gateway(f"/video-automatic/{reference}/proof", **proof)
        assert proved.json() == {"outcome": "proved", "reference": reference}
        return reference

    async def tell(self, reference: str, key: ECKey | None = None, **changes: Any) -> Any:
        result = {
            "reference": reference, "passed": True, "person": PERSON,
            "recording": self.desk.recording(), "checks": {"liveness": 0.99}, **changes,
        }  # fmt: skip
        return await self.desk.signed("video-results", result, key)

    async def passed(self) -> str:
        answer = await self.tell(await self.proved())
        assert answer.json() == {"state": "auto_passed"}, answer.text
        case_id: str = await self.desk.world.deps.pool.fetchval(
            "SELECT case_id::text FROM video_case"
        )
        return case_id

    async def review(self, case_id: str, *, approve: bool) -> Any:
        supervisor = self.desk.supervisor
        await self.desk.agent(f"/{case_id}/review-claim", supervisor)
        return await self.desk.agent(
            f"/{case_id}/review", supervisor, approve=approve, reason="Visto el vídeo entero",
            checklist=SEEN,
        )  # fmt: skip


async def person(world: World) -> Any:
    return await world.deps.pool.fetchrow("SELECT * FROM person WHERE national_id = $1", ANA)
