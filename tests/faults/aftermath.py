"""People live while everything is killed in a random order; what is left when all is quiet.

Printed at the end: the seed of the kills, so that CLAVIS_FAULT_SEED repeats their order, and how
many events came twice to the broker, which is allowed, and were taken once, which is the point.
"""

import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass

import httpx
from cryptography import x509

from tests.faults import ledger
from tests.faults.crowd import Crowd
from tests.faults.ledger import Ledger
from tests.faults.lives import Life, Population
from tests.faults.system import VICTIMS, System

KILLS = 2 * len(VICTIMS)
# When to give up, on a machine that may have other things to do: nothing is promised by them.
QUIET_SECONDS = 240.0
REST_SECONDS = 600.0


@dataclass
class Aftermath:
    """What was left when all was quiet again."""

    ledger: Ledger
    lives: list[Life]
    crowd: int
    deaths: Counter[str]
    unexplained: list[str]
    crl: x509.CertificateRevocationList


def under_fire(system: System) -> Aftermath:
    """Let people live while everything is killed in a random order, then wait for quiet."""
    seed = int(os.environ.get("CLAVIS_FAULT_SEED") or time.time_ns() % 10**6)
    chance = random.Random(seed)  # noqa: S311  chooses when to kill, no secret
    population, crowd = Population(system), Crowd(system)
    begun = time.monotonic()
    population.start()
    crowd.start()
    try:
        for victim in chance.sample(VICTIMS * 2, KILLS):
            look_after(system, chance.uniform(0.3, 3.0))
            system.kill(victim)
            look_after(system, chance.uniform(0.0, 1.0))
            system.revive(victim)
    finally:
        population.rest()
        crowd.rest()
        deadline = time.monotonic() + REST_SECONDS
        while (population.living or crowd.living) and time.monotonic() < deadline:
            look_after(system, 0.2)
    assert not population.living, "a life does not end"
    assert not crowd.living, "a batch does not end"
    system.wait_until_ready()
    wait_until_quiet(system)
    crl = httpx.get(system.view.url(4) + "/pki/crl/issuing.crl", timeout=60).content
    book = asyncio.run(ledger.read(system))
    report(seed, begun, system, population, book)
    return Aftermath(
        book,
        population.lives,
        crowd.entered,
        system.deaths,
        system.unexplained,
        x509.load_der_x509_crl(crl),
    )


def look_after(system: System, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        system.look_after()
        time.sleep(0.05)


def wait_until_quiet(system: System) -> None:
    deadline = time.monotonic() + QUIET_SECONDS
    while not asyncio.run(ledger.is_quiet(system)):
        if time.monotonic() > deadline:
            return  # the tests say what is missing
        look_after(system, 0.5)


def report(seed: int, begun: float, system: System, population: Population, book: Ledger) -> None:
    times = Counter(event.event_id for event in book.broker)
    twice = sum(1 for count in times.values() if count > 1)
    reached = Counter(step for life in population.lives for step in life.reached)
    print(  # noqa: T201  the figures of this run
        f"CLAVIS_FAULT_SEED={seed}: {time.monotonic() - begun:.0f} s, kills {dict(system.deaths)},"
        f" {len(population.lives)} lives {dict(reached)}, {len(times)} events, {twice} sent twice"
    )
