"""A login confirmed on a device: the number, the code that dies, one answer, one collection."""

import asyncio
from typing import Any

import pytest
from clavis_events.pin.v1 import device_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_pin import device_keys

from services.pin.tests.phone import (
    RELYING_PARTY,
    Desk,
    Phone,
    public,
    scanned,
    soon,
)
from services.pin.tests.world import BEN, BEN_CONTRAST, World


async def test_scan_type_the_number_and_the_browser_goes_on(world: World) -> None:
    subject_id, desk, phone, request = await scanned(world)
    assert request["relying_party"] == RELYING_PARTY
    assert request["place"] == "Madrid"
    assert desk.asked["number"] not in str(request)
    assert await desk.state() == "scanned"
    assert await desk.complete() == {"verdict": "pending"}
    assert await phone.decide(request, "confirm", desk.asked["number"]) == {"outcome": "confirmed"}
    assert await desk.state() == "confirmed"
    assert await desk.complete() == {
        "verdict": "accepted",
        "subject_id": subject_id,
        "enrolment_level": "basic",
        "factors": ["app"],
    }
    assert await desk.complete() == {"verdict": "used"}


async def test_the_answer_is_kept_as_the_device_signed_it(world: World) -> None:
    subject_id, desk, phone, request = await scanned(world)
    await phone.decide(request, "confirm", desk.asked["number"])
    row = await world.pool.fetchrow("SELECT * FROM app_decision")
    assert row is not None
    assert str(row["subject_id"]) == subject_id
    key = device_keys.public_jwk(public(phone.signing))
    claims, kid = device_keys.verified_claims(row["signature"], key, "clavis-decision+jwt")
    assert kid == phone.device_id
    assert claims == {
        "request_id": desk.asked["app_request_id"],
        "relying_party": RELYING_PARTY,
        "number": desk.asked["number"],
        "decision": "confirm",
    }


async def test_a_wrong_number_is_refused_and_the_third_ends_the_request(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    wrong = f"{(int(desk.asked['number']) + 1) % 1000:03d}"
    for left in (2, 1):
        answer = await phone.decide(request, "confirm", wrong)
        assert answer == {"outcome": "wrong-number", "attempts_left": left}
        assert await desk.complete() == {"verdict": "pending"}
    assert (await phone.decide(request, "confirm", wrong))["outcome"] == "closed"
    assert await phone.decide(request, "confirm", desk.asked["number"]) == {"outcome": "closed"}
    assert await desk.state() == "rejected"
    assert await desk.complete() == {"verdict": "rejected"}


async def test_parallel_wrong_numbers_are_judged_no_more_than_allowed(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    right = desk.asked["number"]
    wrong = [f"{n:03d}" for n in range(20) if f"{n:03d}" != right][:19]
    answers = await asyncio.gather(*(phone.decide(request, "confirm", n) for n in wrong))
    assert sum(a["outcome"] == "wrong-number" for a in answers) == 2
    assert await world.pool.fetchval("SELECT number_failures FROM app_request") == 3
    assert await desk.complete() == {"verdict": "rejected"}


async def test_of_parallel_answers_one_counts(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    number = desk.asked["number"]
    decisions = [("confirm", number), ("reject", None)] * 5
    answers = await asyncio.gather(*(phone.decide(request, d, n) for d, n in decisions))
    assert sum(a["outcome"] != "closed" for a in answers) == 1
    assert await world.pool.fetchval("SELECT count(*) FROM app_decision") == 1


async def test_of_parallel_collections_one_succeeds(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    await phone.decide(request, "confirm", desk.asked["number"])
    verdicts = [a["verdict"] for a in await asyncio.gather(*(desk.complete() for _ in range(10)))]
    assert sorted(verdicts) == ["accepted"] + ["used"] * 9


async def test_after_five_minutes_nothing_can_be_answered(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    world.clock.advance(soon(300))
    assert await phone.waiting() == []
    assert await phone.decide(request, "confirm", desk.asked["number"]) == {"outcome": "closed"}
    assert await desk.state() == "expired"
    assert await desk.complete() == {"verdict": "expired"}
    assert (await desk.get(f"{desk.path}/qr")).status_code == 410


async def test_a_cancelled_request_is_over_and_the_person_free(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    response = await world.post(f"{desk.path}/cancellation", {})
    assert response.status_code == 204
    assert await desk.state() == "expired"
    assert await phone.decide(request, "confirm", desk.asked["number"]) == {"outcome": "closed"}
    assert (await Desk(world).begin_by_number())["outcome"] == "created"


async def test_rejecting_needs_no_number(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    assert await phone.decide(request, "reject") == {"outcome": "rejected"}
    assert await desk.complete() == {"verdict": "rejected"}


async def test_it_was_not_me_freezes_here_at_once_and_says_so(world: World) -> None:
    subject_id, desk, phone, request = await scanned(world)
    assert await phone.decide(request, "report") == {"outcome": "reported"}
    assert await desk.state() == "reported"
    assert await desk.complete() == {"verdict": "rejected"}
    assert await world.ask() == {"outcome": "mismatch"}
    assert (await phone.call("GET", "/requests")).json()["code"] == "identity-frozen"
    assert (await phone.ok("GET", "/device"))["frozen"] is True
    payload = await world.pool.fetchval(
        "SELECT payload FROM outbox WHERE type LIKE '%FraudReported'"
    )
    assert device_pb2.FraudReported.FromString(payload).subject_id == subject_id


async def test_unfreezing_lets_the_device_in_again(world: World) -> None:
    subject_id, _, phone, request = await scanned(world)
    await phone.decide(request, "report")
    at = world.clock.now()
    await world.tell(person_pb2.Unfrozen(subject_id=subject_id, version=2, occurred_at=at))
    assert await phone.waiting() == []


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_ending_ends_devices_and_a_confirmed_login_under_way(
    world: World, ending: Any
) -> None:
    subject_id, desk, phone, request = await scanned(world)
    await phone.decide(request, "confirm", desk.asked["number"])
    at = world.clock.now()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=at))
    assert await desk.complete() == {"verdict": "expired"}
    assert (await phone.call("GET", "/requests")).json()["code"] == "device-unknown"
    types = [r["type"] for r in await world.pool.fetch("SELECT type FROM outbox ORDER BY position")]
    assert [t.rpartition(".")[2] for t in types] == ["DeviceActivated", "DeviceDeactivated"]


async def test_a_wait_ends_when_the_answer_comes(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    listening = asyncio.create_task(world.deps.app.watch.listen(world.settings.database_url))
    waiting = asyncio.create_task(desk.state(wait=20))
    await phone.decide(request, "reject")
    assert await waiting == "rejected"
    listening.cancel()


@pytest.mark.parametrize(
    "changes",
    [
        {"relying_party": {"name": "Otro", "domain": "mostoles.example"}},
        {"request_id": "00000000-0000-0000-0000-000000000000"},
        {"decision": "reject"},
        {"number": 482},
        {"number": None},
    ],
)
async def test_a_signature_over_something_else_is_refused(
    world: World, changes: dict[str, Any]
) -> None:
    _, desk, phone, request = await scanned(world)
    document = phone.answer(request, "confirm", desk.asked["number"], changes)
    path = f"/requests/{request['app_request_id']}/decision"
    response = await phone.call("POST", path, document)
    assert (response.status_code, response.json()["code"]) == (422, "signature-refused")
    assert await desk.state() == "scanned"


async def test_the_signature_of_another_key_is_refused(world: World) -> None:
    _, desk, phone, request = await scanned(world)
    stranger = Phone(world, device_id=phone.device_id)
    document = stranger.answer(request, "confirm", desk.asked["number"])
    path = f"/requests/{request['app_request_id']}/decision"
    assert (await phone.call("POST", path, document)).json()["code"] == "signature-refused"


async def test_somebody_elses_request_is_as_if_it_were_not(world: World) -> None:
    _, desk, _, request = await scanned(world)
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone="+34600333444")
    other = await Phone(world).enrol(national_id=BEN, contrast=BEN_CONTRAST)
    assert await other.decide(request, "confirm", desk.asked["number"]) == {"outcome": "closed"}
    assert await other.waiting() == []


async def test_a_pin_travels_to_the_app_sealed_to_the_device(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    assert await phone.ok("GET", "/pin") == {"sealed": None}
    asked = await world.ask()
    assert asked["channel"] == "app"
    sealed = (await phone.ok("GET", "/pin"))["sealed"]
    opened = phone.open(sealed)
    assert opened["relying_party"] == "Ayuntamiento de Móstoles"
    verdict = await world.attempt(asked["pin_request_id"], opened["pin"])
    assert verdict["verdict"] == "accepted"
    assert await phone.ok("GET", "/pin") == {"sealed": None}
