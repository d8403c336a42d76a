"""Booking a video call: slots, desks, and that nobody is looked up."""

import asyncio

from services.registry.tests.citizens import on_record
from services.registry.tests.video_world import (
    Desk,
)


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
