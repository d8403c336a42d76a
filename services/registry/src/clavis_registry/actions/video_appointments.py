"""Booking, moving, cancelling and beginning a video call, without a session.

A booking looks nobody up: whether the number is anybody's shows in the call.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from babel.dates import format_datetime
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.messages import OutgoingMessage

from clavis_registry import texts
from clavis_registry.actions.strangers import Stranger, stranger
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.video import VideoState, slots_from
from clavis_registry.store import Unit
from clavis_registry.store.appointments import Appointment, BookedBy
from clavis_registry.store.videos import NewCase, VideoCase

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Booking:
    """A booked call; the token moves, cancels and begins it."""

    appointment: Appointment
    token: str


@dataclass(frozen=True)
class Arrival:
    """A person waiting in the queue; `place` counts from one, None once an agent has the call."""

    case: VideoCase
    place: int | None


async def free_slots(deps: Deps) -> list[datetime]:
    """List when a call can be booked."""
    hours = deps.settings.video_hours
    slots = slots_from(deps.clock.now(), hours, deps.zone)
    if not slots:
        return []
    async with deps.reading() as unit:
        taken = await unit.appointments.taken(slots[0], slots[-1])
    return [slot for slot in slots if taken.get(slot, 0) < hours.desks]


async def book(
    deps: Deps,
    typed: tuple[str, str],
    starts_at: datetime,
    contact: tuple[str, str],
    source: str,
) -> Booking:
    """Book a call: number and datum, slot, e-mail and language. The newest one counts."""
    who = stranger(deps, *typed)
    email, language = contact
    appointment = Appointment(
        deps.new_id(), who.national_id_hash, language, email, starts_at, "booked"
    )
    async with deps.transaction() as unit:
        await _refuse_flood(deps, unit, source)
        await unit.appointments.cancel_of(who.national_id_hash, who.contrast_hash)
        return await _take(deps, unit, appointment, who, source)


async def _refuse_flood(deps: Deps, unit: Unit, source: str) -> None:
    since = deps.clock.now() - HOUR
    recent = await unit.appointments.recent(_source_hash(deps, source), since)
    if recent >= deps.settings.requests_per_hour:
        raise refuse("too-many-requests")


def _source_hash(deps: Deps, source: str) -> str:
    return deps.keys.activation.bound("source", source)


async def _take(
    deps: Deps, unit: Unit, appointment: Appointment, who: Stranger, source: str
) -> Booking:
    hours, now = deps.settings.video_hours, deps.clock.now()
    if appointment.starts_at not in slots_from(now, hours, deps.zone):
        raise refuse("slot-not-free")
    token = deps.new_secret()
    booked_by = BookedBy(sha256_hex(token), who.contrast_hash, _source_hash(deps, source))
    if not await unit.appointments.book(appointment, booked_by, hours.desks, now):
        raise refuse("slot-not-free")
    await _tell(deps, unit, appointment)
    return Booking(appointment, token)


async def _tell(deps: Deps, unit: Unit, appointment: Appointment) -> None:
    language, brand = texts.text_language(appointment.language), deps.settings.brand
    when = format_datetime(
        appointment.starts_at, "full", tzinfo=deps.zone, locale=texts.LOCALES[language]
    )
    subject = texts.message(language, "video_booked_subject", brand=brand)
    body = texts.message(language, "video_booked_body", brand=brand, when=when)
    message = OutgoingMessage("email", appointment.email, body, deps.new_id(), subject)
    now = deps.clock.now()
    await unit.messages.add(message, now, now + timedelta(hours=24))


async def move(deps: Deps, token: str, starts_at: datetime) -> Appointment:
    """Move a booked call to another slot; of two who want the last desk, one gets it."""
    hours, now = deps.settings.video_hours, deps.clock.now()
    if starts_at not in slots_from(now, hours, deps.zone):
        raise refuse("slot-not-free")
    async with deps.transaction() as unit:
        held = await _held(unit, token)
        if held.state != "booked" or not await unit.appointments.move(
            held.appointment_id, starts_at, hours.desks
        ):
            raise refuse("slot-not-free")
        moved = replace(held, starts_at=starts_at)
        await _tell(deps, unit, moved)
    return moved


async def cancel(deps: Deps, token: str) -> None:
    """Give a booked call up."""
    async with deps.transaction() as unit:
        held = await _held(unit, token)
        if not await unit.appointments.cancel(held.appointment_id):
            raise refuse("appointment-not-found")


async def _held(unit: Unit, token: str) -> Appointment:
    held = await unit.appointments.by_token(sha256_hex(token))
    if held is None:
        raise refuse("appointment-not-found")
    return held


async def arrive(deps: Deps, token: str) -> Arrival:
    """Enter the queue at the time of the call; asking again tells the place in it."""
    async with deps.transaction() as unit:
        held = await _held(unit, token)
        if held.state == "booked":
            await _open(deps, unit, held)
        case = await unit.videos.of_appointment(held.appointment_id)
        if case is None:
            raise refuse("appointment-not-found")
        waiting = case.state is VideoState.QUEUED
        return Arrival(case, await unit.videos.place_in_queue(case) if waiting else None)


async def _open(deps: Deps, unit: Unit, held: Appointment) -> None:
    now, settings = deps.clock.now(), deps.settings
    early = held.starts_at - timedelta(minutes=settings.video_early_minutes)
    late = held.starts_at + timedelta(minutes=settings.video_late_minutes)
    if not early <= now <= late:
        raise refuse("appointment-not-now")
    await unit.appointments.arrive(held.appointment_id)
    await unit.videos.open(
        NewCase(
            case_id=deps.new_id(),
            mode="call",
            state=VideoState.QUEUED,
            appointment_id=held.appointment_id,
            online_enrolment_id=None,
            national_id_hash=held.national_id_hash,
            language=held.language,
            opened_at=now,
        )
    )
