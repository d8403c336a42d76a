"""Enrolling a device, the requests it signs, and its end."""

import asyncio
from typing import Any

from clavis_kit.loa import Loa

from services.pin.tests.phone import Phone, soon
from services.pin.tests.portal import Portal
from services.pin.tests.world import ANA, BEN, BEN_CONTRAST, World

UNKNOWN = "00000000T"


async def events_of(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT type, sequence FROM outbox ORDER BY position")
    return [f"{row['type'].rpartition('.')[2]} {row['sequence']}" for row in rows]


async def test_number_and_datum_then_the_code_by_sms_make_a_device(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    begun = await phone.begin()
    assert begun["phone_hint"] == "222"
    body = world.outside.messages[-1]["body"]
    assert body.endswith(f"\n@portal.test #{phone.last_code()}")
    assert "://" not in body
    proof = await phone.prove(code=phone.last_code())
    assert proof == {"verdict": "accepted", "device_id": phone.device_id}
    assert (await phone.ok("GET", "/device"))["name"] == "Móvil de Ana"
    assert await events_of(world) == ["DeviceActivated 1"]


async def test_a_person_who_is_not_there_gets_the_same_answer_and_no_message(world: World) -> None:
    await world.enrol()
    answers = [
        await Phone(world).begin(**who)
        for who in ({}, {"national_id": UNKNOWN}, {"contrast": "2031-05-18"})
    ]
    assert {tuple(a) for a in answers} == {("outcome", "enrolment_id", "phone_hint", "expires_at")}
    assert all(len(a["phone_hint"]) == 3 for a in answers)
    assert len(world.outside.messages) == 1


async def test_the_hint_of_nobody_stays_the_same_for_the_same_data(world: World) -> None:
    hints = [(await Phone(world).begin(national_id=UNKNOWN))["phone_hint"] for _ in range(3)]
    other = await Phone(world).begin(national_id=UNKNOWN, contrast="2031-05-18")
    assert len(set(hints)) == 1
    assert other["phone_hint"] != hints[0]


async def test_no_code_proves_a_device_of_nobody(world: World) -> None:
    phone = Phone(world)
    await phone.begin(national_id=UNKNOWN)
    assert (await phone.prove(code="000000")) == {"verdict": "wrong", "attempts_left": 2}


async def test_three_wrong_codes_end_an_enrolment(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    await phone.begin()
    wrong = f"{(int(phone.last_code()) + 1) % 1_000_000:06d}"
    left = [(await phone.prove(code=wrong)).get("attempts_left") for _ in range(3)]
    assert left == [2, 1, 0]
    assert await phone.prove(code=phone.last_code()) == {"verdict": "locked"}


async def test_parallel_wrong_codes_are_judged_no_more_than_allowed(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    await phone.begin()
    right = phone.last_code()
    codes = [f"{n:06d}" for n in range(21) if f"{n:06d}" != right][:20]
    proofs = await asyncio.gather(*(phone.prove(code=code) for code in codes))
    assert sum(p["verdict"] == "wrong" for p in proofs) == 3


async def test_of_parallel_right_codes_one_makes_the_device(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    await phone.begin()
    code = phone.last_code()
    proofs = await asyncio.gather(*(phone.prove(code=code) for _ in range(10)))
    assert sorted(p["verdict"] for p in proofs) == ["accepted"] + ["used"] * 9


async def test_a_code_is_dead_after_five_minutes(world: World) -> None:
    await world.enrol()
    phone = Phone(world)
    await phone.begin()
    world.clock.advance(soon(300))
    assert await phone.prove(code=phone.last_code()) == {"verdict": "expired"}


async def test_a_second_device_ends_the_first(world: World) -> None:
    await world.enrol()
    first = await Phone(world).enrol()
    world.clock.advance(soon(60))
    second = await Phone(world).enrol()
    assert (await first.call("GET", "/device")).json()["code"] == "device-unknown"
    assert await second.waiting() == []
    assert await events_of(world) == [
        "DeviceActivated 1",
        "DeviceActivated 2",
        "DeviceDeactivated 3",
    ]


async def test_parallel_enrolments_of_one_person_leave_one_device(world: World) -> None:
    await world.enrol()
    phones = [Phone(world) for _ in range(4)]
    codes = []
    for phone in phones:
        await phone.begin()
        codes.append(phone.last_code())
    pairs = zip(phones, codes, strict=True)
    await asyncio.gather(*(phone.prove(code=code) for phone, code in pairs))
    states = await world.pool.fetch("SELECT state FROM device")
    assert sorted(row["state"] for row in states) == ["active"] + ["deactivated"] * 3


async def test_where_the_operator_allows_two_the_older_stays(open_world: Any) -> None:
    world = await open_world(max_active_devices=2)
    await world.enrol()
    phones = []
    for _ in range(3):
        phones.append(await Phone(world).enrol())
        world.clock.advance(soon(60))
    codes = [(await phone.call("GET", "/device")).status_code for phone in phones]
    assert codes == [401, 200, 200]


async def test_a_ticket_of_the_portal_proves_a_device_once(world: World) -> None:
    subject_id = await world.enrol()
    portal = Portal(world)
    ticket = await portal.ticket(subject_id)
    phones = [Phone(world) for _ in range(5)]
    for phone in phones:
        begun = await phone.begin(national_id=None, contrast=None)
        assert "phone_hint" not in begun
    proofs = await asyncio.gather(*(phone.prove(ticket=ticket) for phone in phones))
    assert sorted(p["verdict"] for p in proofs) == ["accepted"] + ["wrong"] * 4
    [device] = (await portal.call("GET", "/devices", subject_id)).json()
    assert device["name"] == "Móvil de Ana"
    assert world.outside.messages == []


async def test_a_ticket_is_dead_after_five_minutes_and_the_newest_counts(world: World) -> None:
    subject_id = await world.enrol()
    portal, phone = Portal(world), Phone(world)
    older, newer = await portal.ticket(subject_id), await portal.ticket(subject_id)
    await phone.begin(national_id=None, contrast=None)
    assert await phone.prove(ticket=older) == {"verdict": "wrong"}
    world.clock.advance(soon(300))
    await phone.begin(national_id=None, contrast=None)
    assert await phone.prove(ticket=newer) == {"verdict": "wrong"}


async def test_the_ticket_comes_as_an_address_and_as_a_picture(world: World) -> None:
    subject_id = await world.enrol()
    response = await Portal(world).call("POST", "/device-tickets", subject_id)
    document = response.json()
    assert document["url"] == f"https://portal.test/app/#t={document['ticket']}"
    assert document["qr_svg"].startswith("<svg")


async def test_an_advanced_person_needs_a_session_as_strong_as_the_device(world: World) -> None:
    subject_id = await world.enrol()
    low = {"acr": Loa.LOW.acr}
    response = await Portal(world).call("POST", "/device-tickets", subject_id, **low)
    assert response.status_code == 401
    assert response.json()["code"] == "insufficient_user_authentication"


async def test_other_clients_and_other_audiences_stay_out(world: World) -> None:
    subject_id = await world.enrol()
    portal = Portal(world)
    for changes, status in (({"client_id": "demo-web"}, 403), ({"aud": "clavis-registry"}, 401)):
        response = await portal.call("GET", "/devices", subject_id, **changes)
        assert response.status_code == status
    assert (await portal.call("GET", "/devices", "pairwise")).status_code == 401


async def test_the_portal_removes_a_device_and_only_ones_own(world: World) -> None:
    ana = await world.enrol()
    ben = await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone="+34600333444")
    phone = await Phone(world).enrol()
    portal = Portal(world)
    path = f"/devices/{phone.device_id}"
    assert (await portal.call("DELETE", path, ben)).status_code == 404
    assert (await portal.call("DELETE", path, ana)).status_code == 204
    assert (await phone.call("GET", "/device")).status_code == 401
    assert (await events_of(world))[-1] == "DeviceDeactivated 2"


async def test_a_device_removes_itself_and_pins_come_by_sms_again(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    assert (await world.ask())["channel"] == "app"
    assert (await phone.call("DELETE", "/device")).status_code == 204
    world.clock.advance(soon(120))
    assert (await world.ask())["channel"] == "sms"


async def test_enrolments_are_limited_by_person_and_by_network(open_world: Any) -> None:
    world = await open_world(device_source_enrolments_per_hour=8)
    await world.enrol()
    outcomes = [(await Phone(world).begin())["outcome"] for _ in range(6)]
    assert outcomes == ["begun"] * 5 + ["limited"]
    outcomes = [(await Phone(world).begin(national_id=UNKNOWN))["outcome"] for _ in range(3)]
    assert outcomes == ["begun"] * 2 + ["limited"]
    elsewhere = Phone(world, source="198.51.100.7")
    assert (await elsewhere.begin(national_id=UNKNOWN))["outcome"] == "begun"


async def test_ten_enrolments_a_day_are_admitted(world: World) -> None:
    outcomes = []
    for _ in range(11):
        outcomes.append((await Phone(world).begin(national_id=UNKNOWN))["outcome"])
        world.clock.advance(soon(3600))
    assert outcomes == ["begun"] * 10 + ["limited"]


async def test_keys_codes_and_tickets_are_not_stored_in_clear(world: World) -> None:
    subject_id = await world.enrol()
    ticket = await Portal(world).ticket(subject_id)
    phone = Phone(world)
    await phone.begin()
    rows = [
        str(dict(row))
        for table in ("device", "device_ticket", "app_quota", "device_proof")
        for row in await world.pool.fetch(f"SELECT * FROM {table}")  # noqa: S608 - names above
    ]
    secrets = (ticket, f"'{phone.last_code()}'", ANA, "192.0.2.")
    assert not any(secret in row for secret in secrets for row in rows)


async def test_what_is_over_is_forgotten_and_evidence_kept(world: World) -> None:
    from clavis_pin.rules.pins import DAY
    from clavis_pin.store import app_upkeep

    await world.enrol()
    await Phone(world).enrol()
    await Phone(world).begin(national_id=UNKNOWN)
    world.clock.advance(soon(2 * 86400))
    await app_upkeep.forget(world.pool, world.clock.now(), DAY, world.deps.app.policy.evidence)
    counts = {
        table: await world.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - names
        for table in ("device", "device_proof", "app_quota")
    }
    assert counts == {"device": 1, "device_proof": 0, "app_quota": 0}
