"""What strangers may ask within an hour is exact, also for two who ask at the same moment."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from clavis_registry.store import Unit
from clavis_registry.store.appointments import Appointment, BookedBy
from clavis_registry.store.letter_renunciations import AskingLimits, LetterRenunciation
from clavis_registry.store.letter_requests import LetterRequest

from services.registry.tests.world import World

SLOTS = itertools.count(1)
Ask = Callable[[World, Unit], Awaitable[bool]]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def letter(world: World, unit: Unit) -> bool:
    request = LetterRequest(world.deps.new_id(), "number", "datum", "es")
    return await unit.letter_requests.ask(request, "source", 1, world.clock.now())


async def renunciation(world: World, unit: Unit, source: str, limits: AskingLimits) -> bool:
    act = LetterRenunciation(world.deps.new_id(), "number", "datum", "csv", "es")
    return await unit.letter_renunciations.ask(act, source, limits, world.clock.now())


async def of_one_source(world: World, unit: Unit) -> bool:
    return await renunciation(world, unit, "source", AskingLimits(of_source=1, of_number=9))


async def of_one_number(world: World, unit: Unit) -> bool:
    """Ask for the same number from a source of its own."""
    limits = AskingLimits(of_source=9, of_number=1)
    return await renunciation(world, unit, world.deps.new_id(), limits)


async def booking(world: World, unit: Unit) -> bool:
    """Book as the service does: only where its source has none yet."""
    now, new_id = world.clock.now(), world.deps.new_id
    if await unit.appointments.recent("source", now - timedelta(hours=1)):
        return False
    slot = now + timedelta(minutes=next(SLOTS))  # its own: the desks are not what is short
    appointment = Appointment(new_id(), new_id(), "es", "a@example.es", slot, "booked")
    return await unit.appointments.book(appointment, BookedBy(new_id(), "datum", "source"), 4, now)


@pytest.mark.parametrize("ask", [letter, of_one_source, of_one_number, booking])
async def test_who_asks_while_the_last_one_is_taken_is_refused(world: World, ask: Ask) -> None:
    async def beside() -> bool:
        async with world.deps.transaction() as unit:
            return await ask(world, unit)

    async with world.deps.transaction() as unit:
        assert await ask(world, unit)
        second = asyncio.create_task(beside())
        while not second.done() and not await world.deps.pool.fetchval(WAITING):
            pass  # the query itself lets the other go on
    assert not await second


@pytest.mark.parametrize("ask", [letter, of_one_source, of_one_number, booking])
async def test_what_was_not_kept_does_not_count_and_an_hour_later_all_begins_anew(
    world: World, ask: Ask
) -> None:
    for expected in (True, False, False):
        async with world.deps.transaction() as unit:
            assert await ask(world, unit) is expected
    world.clock.advance(timedelta(minutes=61))
    async with world.deps.transaction() as unit:
        assert await ask(world, unit)
