"""Identification by video: calls with an agent, automatic cases and their review, over HTTP."""

import asyncio
import dataclasses
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import encode_base64url
from clavis_registry.actions.offices import add_officer
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from services.registry.tests.citizens import CONTRAST, on_record, terms
from services.registry.tests.world import ANA, Enrol, World

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
            "recording": self.recording(), **changes,
        }  # fmt: skip

    def recording(self) -> dict[str, Any]:
        now = self.world.clock.now()
        return {
            "provider": "video-co", "recording_id": "r-1", "sha256": "ab" * 32,
            "started_at": (now - timedelta(minutes=9)).isoformat(), "ended_at": now.isoformat(),
        }  # fmt: skip

    async def accepted(self) -> tuple[str, str]:
        token, case_id = await self.waiting()
        await self.agent(f"/{case_id}/claim")
        decided = await self.agent(f"/{case_id}/decision", **self.decision())
        assert decided.status_code == 200, decided.text
        return token, case_id

    async def state(self) -> Any:
        return await self.world.deps.pool.fetchval("SELECT state FROM video_case")


def with_sample(world: World, fraction: float) -> None:
    settings = world.deps.settings.model_copy(update={"video_sample_fraction": fraction})
    app: Any = world.http._transport
    app.app.state.deps = dataclasses.replace(app.app.state.deps, settings=settings)


@pytest.fixture
async def desk(world: World) -> Desk:
    agents = [
        await add_officer(world.deps, number, "MAD-1", "video_agent", f"Agente {number[0]}")
        for number in ("11111111H", "22222222J")
    ]
    supervisor = await add_officer(world.deps, "33333333P", "MAD-1", "supervisor", "Sara Gil")
    with_sample(world, 0.0)
    return Desk(world, agents, supervisor)


async def test_a_call_makes_basic_once_the_phone_is_proved(desk: Desk) -> None:
    token, _ = await desk.accepted()
    begun = (await desk.gateway("/video-completions", token=token, **CONTACT)).json()
    proof = {"code": desk.world.outside.last_code(), **terms()}
    path = f"/video-completions/{begun['completion_id']}/proof"
    one, two = await asyncio.gather(desk.gateway(path, **proof), desk.gateway(path, **proof))
    assert sorted([one.status_code, two.status_code]) == [200, 409]
    entry = (one if one.status_code == 200 else two).json()
    assert (entry["outcome"], entry["level"]) == ("registered", "basic")
    registered, _ = await desk.world.events()
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_VIDEO_CALL
    assert await desk.state() == "completed"


async def test_slots_can_be_booked_moved_and_given_back(desk: Desk) -> None:
    headers = desk.world.as_service("gateway")
    slots = (await desk.world.http.get("/internal/v1/video-slots", headers=headers)).json()["slots"]
    assert slots[0] == "2026-03-10T12:20:00Z"
    token = (await desk.book()).json()["token"]
    later = "2026-03-11T08:00:00+00:00"
    moved = await desk.gateway("/video-appointments/move", token=token, starts_at=later)
    assert moved.json()["starts_at"] == "2026-03-11T08:00:00Z"
    sunday = await desk.gateway(
        "/video-appointments/move", token=token, starts_at="2026-03-15T08:00:00+00:00"
    )
    assert sunday.json()["code"] == "slot-not-free"
    gone = await desk.gateway("/video-appointments/cancellation", token=token)
    assert gone.status_code == 204
    again = await desk.gateway("/video-appointments/cancellation", token=token)
    assert again.json()["code"] == "appointment-not-found"


async def test_a_slot_has_as_many_calls_as_desks(desk: Desk) -> None:
    desks = desk.world.deps.settings.video_desks
    numbers = [f"{number:08d}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}" for number in range(1, 8)]
    answers = await asyncio.gather(*(desk.book(national_id=number) for number in numbers))
    codes = [answer.status_code for answer in answers]
    taken = await desk.world.deps.pool.fetchval(
        "SELECT count(DISTINCT desk) FROM video_appointment WHERE state = 'booked'"
    )
    assert codes.count(201) == taken <= desks
    assert set(codes) <= {201, 409}


async def test_booking_looks_nobody_up(desk: Desk) -> None:
    await on_record(desk.world)
    known = (await desk.book()).json()
    unknown = (await desk.book(national_id="00000001R")).json()
    assert known.keys() == unknown.keys()
    assert (known["outcome"], known["starts_at"]) == (unknown["outcome"], unknown["starts_at"])


async def test_a_call_begins_at_its_time(desk: Desk) -> None:
    token = (await desk.book(starts_at="2026-03-11T08:00:00+00:00")).json()["token"]
    early = await desk.gateway("/video-appointments/arrival", token=token)
    assert early.json()["code"] == "appointment-not-now"


async def test_of_two_agents_one_gets_the_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    answers = await asyncio.gather(*(desk.agent(f"/{case_id}/claim", who) for who in desk.agents))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_only_who_claimed_decides_and_everything_must_be_seen(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    foreign = await desk.agent(f"/{case_id}/decision", desk.agents[1], **desk.decision())
    assert foreign.json()["code"] == "video-case-not-yours"
    blurred = desk.decision(checklist={**SEEN, "document_genuine": False})
    assert (await desk.agent(f"/{case_id}/decision", **blurred)).json()["code"] == (
        "checklist-incomplete"
    )
    other = desk.decision(person={**PERSON, "national_id": "00000001R"})
    assert (await desk.agent(f"/{case_id}/decision", **other)).json()["code"] == "signer-differs"


async def test_a_refused_call_enters_nobody_and_says_why(desk: Desk) -> None:
    token, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    refused = await desk.agent(
        f"/{case_id}/decision", **desk.decision(accept=False, reason="La cara no coincide")
    )
    assert refused.json()["state"] == "refused"
    late = await desk.gateway("/video-completions", token=token, **CONTACT)
    assert late.json()["code"] == "video-case-moved-on"


async def test_a_sampled_call_waits_for_another_agent(desk: Desk) -> None:
    with_sample(desk.world, 1.0)
    token, case_id = await desk.accepted()
    assert await desk.state() == "second_look"
    waits = await desk.gateway("/video-completions", token=token, **CONTACT)
    assert waits.json()["code"] == "video-case-moved-on"
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    own = await desk.agent(f"/{case_id}/second-look", **look)
    assert own.json()["code"] == "own-decision"
    confirmed = await desk.agent(f"/{case_id}/second-look", desk.agents[1], **look)
    assert confirmed.json()["state"] == "accepted"


async def test_a_second_look_may_overturn(desk: Desk) -> None:
    with_sample(desk.world, 1.0)
    _, case_id = await desk.accepted()
    overturned = await desk.agent(
        f"/{case_id}/second-look", desk.agents[1], accept=False, reason="El documento es una copia"
    )
    assert (overturned.json()["state"], overturned.json()["applicant"]) == ("refused", None)


async def test_what_differs_from_the_register_is_always_looked_at_twice(desk: Desk) -> None:
    await on_record(desk.world, birth_date=date(1984, 6, 1))
    await desk.accepted()
    assert await desk.state() == "second_look"


async def test_what_the_register_confirms_is_accepted(desk: Desk) -> None:
    await on_record(desk.world)
    await desk.accepted()
    assert await desk.state() == "accepted"


async def test_agents_have_no_part_in_their_own_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    me = await add_officer(desk.world.deps, ANA, "MAD-1", "video_agent", "Ana García")
    assert (await desk.agent(f"/{case_id}/claim", me)).json()["code"] == "own-record"
    with_sample(desk.world, 1.0)
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/decision", **desk.decision())
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    refused = await desk.agent(f"/{case_id}/second-look", me, **look)
    assert refused.json()["code"] == "own-record"


async def test_every_act_upon_a_call_is_on_the_record_of_the_person(
    desk: Desk, enrol: Enrol
) -> None:
    entered = await enrol()
    with_sample(desk.world, 1.0)
    await desk.world.deps.pool.execute("UPDATE person SET status = 'none'")
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/release")
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/decision", **desk.decision())
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    await desk.agent(f"/{case_id}/second-look", desk.agents[1], **look)
    done = await desk.world.deps.pool.fetch(
        "SELECT action FROM audit_event WHERE subject_id = $1 AND action LIKE 'video-%'"
        " ORDER BY audit_event_id",
        entered.subject_id,
    )
    assert [row["action"] for row in done] == [
        "video-released", "video-decided", "video-second-look",
    ]  # fmt: skip
    looked = await desk.world.deps.pool.fetch(
        "SELECT officer_subject_id::text FROM lookup WHERE subject_id = $1 ORDER BY lookup_id",
        entered.subject_id,
    )
    first, second = desk.agents
    assert [row[0] for row in looked] == [first, first, second]


async def test_an_abandoned_call_is_on_record(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/abandonment", reason="No contesta nadie")
    kept = await desk.world.deps.pool.fetchval(
        "SELECT facts ->> 'reason' FROM audit_event WHERE action = 'video-abandoned'"
    )
    assert kept == "No contesta nadie"


async def test_a_silent_agent_loses_the_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    foreign = await desk.agent(f"/{case_id}/release", desk.agents[1])
    assert foreign.json()["code"] == "video-case-not-yours"
    desk.world.clock.advance(timedelta(minutes=30))
    assert (await desk.agent(f"/{case_id}/release", desk.agents[1])).status_code == 204
    assert await desk.state() == "queued"


async def test_officers_at_the_counter_do_not_decide_calls(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    refused = await desk.agent(f"/{case_id}/claim", desk.world.officer)
    assert refused.json()["code"] == "not-permitted"


@dataclasses.dataclass
class Provider:
    """A provider of automatic video with a key of its own."""

    desk: Desk
    key: ECKey

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
        body = json.dumps(result).encode()
        header = {"alg": "ES256", "kid": "video-co"}
        compact = jws.serialize_compact(header, body, key or self.key)
        start, payload, end = compact.split(".")
        assert payload == encode_base64url(body)
        headers = {
            "Clavis-Provider-Signature": f"{start}..{end}", "Content-Type": "application/json"
        }  # fmt: skip
        return await self.desk.world.http.post(
            "/provider/v1/video-results", content=body, headers=headers
        )

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


@pytest.fixture
def provider(desk: Desk) -> Provider:
    key = ECKey.generate_key("P-256", {"kid": "video-co"})
    public = KeySet.import_key_set({"keys": [key.as_dict(private=False)]})
    app: Any = desk.world.http._transport
    app.app.state.deps = dataclasses.replace(app.app.state.deps, video_providers=public)
    return Provider(desk, key)


async def person(world: World) -> Any:
    return await world.deps.pool.fetchrow("SELECT * FROM person WHERE national_id = $1", ANA)


async def test_who_the_machine_passes_is_basic_at_once(provider: Provider) -> None:
    await provider.passed()
    row = await person(provider.desk.world)
    assert (row["level"], row["channel"]) == ("basic", "video_automatic")
    assert row["last_strong_identification_at"] is None
    assert "Registered" in await provider.desk.world.event_names()


async def test_the_receipt_of_an_automatic_case_is_made_once(provider: Provider) -> None:
    reference = await provider.proved()
    await provider.tell(reference)
    first = await provider.desk.gateway(f"/video-automatic/{reference}/receipt")
    again = await provider.desk.gateway(f"/video-automatic/{reference}/receipt")
    assert (first.status_code, again.status_code) == (200, 410)
    assert len(first.json()["activation_code"]) == 14


async def test_an_official_who_approves_makes_advanced_and_starts_the_clock(
    provider: Provider,
) -> None:
    case_id = await provider.passed()
    reviewed = await provider.review(case_id, approve=True)
    assert reviewed.json()["state"] == "approved", reviewed.text
    row = await person(provider.desk.world)
    assert (row["level"], row["channel"]) == ("advanced", "video_reviewed")
    assert row["last_strong_identification_at"] == provider.desk.world.clock.now()
    assert "LevelRaised" in await provider.desk.world.event_names()


async def test_an_official_who_rejects_removes_the_person(provider: Provider) -> None:
    case_id = await provider.passed()
    reviewed = await provider.review(case_id, approve=False)
    assert reviewed.json()["state"] == "rejected", reviewed.text
    assert (await person(provider.desk.world))["status"] == "revoked"
    revoked = [e for e in await provider.desk.world.events() if e.DESCRIPTOR.name == "Revoked"]
    assert [event.cause for event in revoked] == [person_pb2.REVOCATION_CAUSE_VIDEO_REJECTED]  # type: ignore[attr-defined]


async def test_who_was_enrolled_better_meanwhile_keeps_that(
    provider: Provider, enrol: Enrol
) -> None:
    case_id = await provider.passed()
    provider.desk.world.clock.advance(timedelta(minutes=2))
    await enrol()
    reviewed = await provider.review(case_id, approve=False)
    assert reviewed.json()["state"] == "superseded"
    row = await person(provider.desk.world)
    assert (row["status"], row["channel"]) == ("registered", "office")


@pytest.mark.parametrize(
    "changes",
    [
        {"passed": False, "person": None},
        {"person": {**PERSON, "national_id": "00000001R"}},
        {"person": {**PERSON, "birth_date": "2012-01-01"}},
        {"person": {**PERSON, "document": {"kind": "dni", "issued_on": "2015-01-01",
                                           "expires_on": "2025-01-01"}}},
    ],
)  # fmt: skip
async def test_who_the_machine_or_a_rule_fails_is_not_entered(
    provider: Provider, changes: dict[str, Any]
) -> None:
    answer = await provider.tell(await provider.proved(), **changes)
    assert answer.json() == {"state": "auto_failed"}
    assert await person(provider.desk.world) is None


async def test_what_was_read_is_compared_with_the_register(provider: Provider) -> None:
    await on_record(provider.desk.world)
    forged = {**PERSON, "first_surname": "Otra"}
    answer = await provider.tell(await provider.proved(), person=forged)
    assert answer.json() == {"state": "auto_failed"}


async def test_a_result_told_twice_at_once_counts_once(provider: Provider) -> None:
    reference = await provider.proved()
    answers = await asyncio.gather(provider.tell(reference), provider.tell(reference))
    assert [answer.json() for answer in answers] == [{"state": "auto_passed"}] * 2
    names = await provider.desk.world.event_names()
    assert names.count("Registered") == 1


async def test_the_door_of_another_channel_proves_no_phone(provider: Provider) -> None:
    """Nothing enters without terms: they are kept with the proof, by the act's own door."""
    desk = provider.desk
    begun = (await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)).json()
    reference = begun["completion_id"]
    proof = {"code": desk.world.outside.last_code(), **terms()}
    for door in ("video-completions", "letter-completions"):
        refused = await desk.gateway(f"/{door}/{reference}/proof", **proof)
        assert refused.json()["code"] == "enrolment-not-found"
    early = await provider.tell(reference)
    assert early.json()["code"] == "video-case-not-found"
    await desk.gateway(f"/video-automatic/{reference}/proof", **proof)
    assert (await provider.tell(reference)).json() == {"state": "auto_passed"}


async def test_without_a_provider_nobody_begins_an_automatic_case(desk: Desk) -> None:
    refused = await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)
    assert (refused.status_code, refused.json()["code"]) == (409, "video-automatic-off")


async def test_another_code_goes_to_the_same_phone(provider: Provider) -> None:
    desk = provider.desk
    begun = (await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)).json()
    reference = begun["completion_id"]
    soon = await desk.gateway(f"/video-automatic/{reference}/phone-codes")
    assert soon.json()["code"] == "phone-code-too-soon"
    desk.world.clock.advance(timedelta(seconds=61))
    again = (await desk.gateway(f"/video-automatic/{reference}/phone-codes")).json()
    assert again["completion_id"] == reference
    assert again["phone_hint"] == begun["phone_hint"]
    proof = {"code": desk.world.outside.last_code(), **terms()}
    proved = await desk.gateway(f"/video-automatic/{reference}/proof", **proof)
    assert proved.json()["outcome"] == "proved"


async def test_a_result_that_comes_with_the_proof_enters_with_the_terms_accepted(
    provider: Provider,
) -> None:
    reference = await provider.proved()
    kept = "SELECT phone_proved_at IS NOT NULL AND terms_version = $2 FROM online_enrolment"
    where = " WHERE online_enrolment_id = $1"
    pool = provider.desk.world.deps.pool
    assert await pool.fetchval(kept + where, reference, "2026-11")
    await pool.execute(
        "UPDATE online_enrolment SET terms_version = NULL WHERE online_enrolment_id = $1", reference
    )
    refused = await provider.tell(reference)
    assert (refused.status_code, refused.json()["code"]) == (422, "terms-not-accepted")
    assert await person(provider.desk.world) is None


async def test_only_a_known_provider_tells_results(provider: Provider) -> None:
    reference = await provider.proved()
    stranger = ECKey.generate_key("P-256", {"kid": "video-co"})
    forged = await provider.tell(reference, stranger)
    assert (forged.status_code, forged.json()["code"]) == (401, "provider-not-known")
    bare = await provider.desk.world.http.post("/provider/v1/video-results", json={})
    assert bare.status_code in {401, 422}


async def test_automatic_video_is_for_people_with_a_dni(provider: Provider) -> None:
    refused = await provider.desk.gateway("/video-automatic", national_id="X1234567L", **CONTACT)
    assert refused.json()["code"] == "dni-only"
