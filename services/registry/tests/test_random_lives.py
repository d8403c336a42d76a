"""Random lives through the real actions on a real database: what must hold after every step."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.pin.v1 import device_pb2
from clavis_kit.errors import ServiceError
from clavis_kit.loa import Loa
from clavis_registry.actions import (
    activation_codes,
    approvals,
    contact_changes,
    deaths,
    decisions,
    freezing,
    rehabilitations,
    renunciations,
    revocations,
)
from clavis_registry.actions.contact_changes import PHONE, Acceptance, Target
from clavis_registry.actions.deaths import Death
from clavis_registry.actions.desk import DeskAct, Login
from clavis_registry.actions.entering import Act, Applicant, enter_person
from clavis_registry.actions.offices import active_officer
from clavis_registry.actions.renunciations import Leaving
from clavis_registry.actions.revocations import Case
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.person import Cause, Channel, Level, PersonName, Status, level_of
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer

from services.registry.tests.life import apply, supervisor
from services.registry.tests.world import World

PEOPLE = ("12345678Z", "00000001R", "00000002W")
PHONES = ("+34600111222", "+34600333444")
TERMS = Acceptance("2026-11", "es")
CASE = Case("EXP-1")
STEPS = 250


@dataclass
class Lives:
    """What the driver knows: who acts, and what each person's row was a step ago."""

    world: World
    officer: Officer
    chief: Officer
    chance: random.Random
    before: dict[str, asyncpg.Record] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def act(self, national_id: str) -> DeskAct:
        return DeskAct(national_id, "Lo pide la persona", present=True, document_checked=True)

    async def login(self, national_id: str) -> Login:
        subject = await self.world.deps.pool.fetchval(
            "SELECT subject_id::text FROM person WHERE national_id = $1", national_id
        )
        amr = self.chance.choice([("swk",), ("otp", "sms"), ("hwk", "sc")])
        return Login(subject or self.world.deps.new_id(), amr, Loa.SUBSTANTIAL)


async def enrol(lives: Lives, who: str) -> None:
    world, channel = lives.world, lives.chance.choice(list(Channel))
    former = await world.deps.pool.fetchval("SELECT status FROM person WHERE national_id = $1", who)
    applicant = Applicant(
        who, PersonName("Ana", "García"), date(1985, 6, 1),
        Document(DocumentKind.DNI, None, date(2021, 5, 17), date(2031, 5, 17)),
        None, "ana@example.es", lives.chance.choice(PHONES), "es",
    )  # fmt: skip
    async with world.deps.transaction() as unit:
        act = Act(channel, world.clock.now(), Actor("operator"), {})
        await enter_person(world.deps, unit, applicant, act)
    basic = level_of(channel) is Level.BASIC
    assert not (basic and former in {"renounced", "revoked", "deceased"}), "a basic way back"


async def renounce(lives: Lives, who: str) -> None:
    if lives.chance.random() < 0.5:
        act, leaving = lives.act(who), Leaving(PersonName("Ana", "García"), signed=True)
        await renunciations.renounce_at_office(lives.world.deps, lives.officer, act, leaving)
    else:
        await renunciations.renounce(lives.world.deps, await lives.login(who), confirmed=True)


async def rehabilitate(lives: Lives, who: str) -> None:
    act = lives.act(who)
    await rehabilitations.rehabilitate_at_office(lives.world.deps, lives.officer, act, TERMS)


async def revoke(lives: Lives, who: str) -> None:
    cause = lives.chance.choice([Cause.SECURITY, Cause.IDENTITY_DATA_CHANGED])
    await revocations.revoke(lives.world.deps, lives.chief, lives.act(who), cause, CASE)


async def lift(lives: Lives, who: str) -> None:
    await revocations.propose_lifting(lives.world.deps, lives.officer, lives.act(who), CASE)


async def die(lives: Lives, who: str) -> None:
    reference = f"RC-{lives.chance.randrange(3)}"
    await deaths.record_death(lives.world.deps, Death(who, date(2026, 3, 1), reference))


async def correct_death(lives: Lives, who: str) -> None:
    await deaths.propose_correction(lives.world.deps, lives.officer, lives.act(who), CASE)


async def decide(lives: Lives, _: str) -> None:
    deps = lives.world.deps
    for approval in await approvals.waiting(deps, lives.chief):
        decision = lives.chance.choice(list(approvals.Decision))
        await decisions.decide(deps, lives.chief, approval.approval_id, decision, "Visto bueno")


async def freeze(lives: Lives, who: str) -> None:
    login = await lives.login(who)
    if lives.chance.random() < 0.5:
        await freezing.freeze_myself(lives.world.deps, login)
    else:
        await apply(lives.world, device_pb2.FraudReported(subject_id=login.subject_id))


async def unfreeze(lives: Lives, who: str) -> None:
    await freezing.unfreeze_myself(lives.world.deps, await lives.login(who))


async def change_phone(lives: Lives, who: str) -> None:
    world, target = lives.world, Target(PHONE, lives.chance.choice(PHONES))
    begun = await contact_changes.begin_at_office(world.deps, lives.officer, lives.act(who), target)
    code = world.outside.last_code()
    await contact_changes.prove(world.deps, lives.officer, begun.change_id, code)
    await contact_changes.complete_at_office(
        world.deps, lives.officer, begun.change_id, TERMS, PHONE
    )


async def new_code(lives: Lives, who: str) -> None:
    await activation_codes.issue_online(lives.world.deps, await lives.login(who))


async def wear_code(lives: Lives, who: str) -> None:
    kinds: list[Any] = [credential_pb2.ActivationCodeUsed, credential_pb2.ActivationCodeBlocked]
    kind = lives.chance.choice(kinds)
    await apply(lives.world, kind(subject_id=(await lives.login(who)).subject_id))


Step = Callable[[Lives, str], Awaitable[None]]
FREQUENCY: dict[Step, int] = {  # how often each is tried: endings end much, so they come seldom
    enrol: 6, renounce: 1, rehabilitate: 2, revoke: 1, lift: 2, die: 1, correct_death: 3,
    decide: 4, freeze: 1, unfreeze: 2, change_phone: 4, new_code: 2, wear_code: 1,
}  # fmt: skip
ALL = [step for step, times in FREQUENCY.items() for _ in range(times)]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_whatever_happens_the_record_holds(world: World, seed: int) -> None:
    deps = world.deps
    lives = Lives(
        world,
        await active_officer(deps, world.officer),
        await active_officer(deps, await supervisor(world)),
        random.Random(seed),  # noqa: S311  a test that can be repeated
    )
    for _ in range(STEPS):
        world.clock.advance(timedelta(hours=1))
        step, who = lives.chance.choice(ALL), lives.chance.choice(PEOPLE)
        try:
            await step(lives, who)
        except ServiceError:
            pass  # a refusal: what must hold still has to
        else:
            lives.done.add(step.__name__)
        await hold(lives, step)
    assert len(lives.done) >= 11, lives.done  # it was no walk of refusals


async def hold(lives: Lives, step: Step) -> None:
    """Compare every person with the step before, and the tables with each other."""
    pool = lives.world.deps.pool
    for row in await pool.fetch("SELECT * FROM person WHERE national_id = ANY($1)", list(PEOPLE)):
        before = lives.before.get(row["national_id"])
        if before is not None:
            follows(before, row, step)
        lives.before[row["national_id"]] = row
    await tables_agree(pool)


def follows(before: asyncpg.Record, now: asyncpg.Record, step: Step) -> None:
    assert now["version"] >= before["version"]
    if now["status"] != before["status"] or now["frozen_at"] != before["frozen_at"]:
        assert now["version"] > before["version"], "a fact without a version"
    if before["status"] == "deceased" and now["status"] != "deceased":
        assert step is decide, "death undone by fewer than two"
    if before["status"] == "revoked" and now["status"] == "registered":
        cured = before["cause_gone_at"] is not None
        assert step is decide or (cured and now["level"] == "advanced")


async def tables_agree(pool: Any) -> None:
    shared = await pool.fetchval(
        """
        SELECT count(*) FROM (SELECT mobile FROM contact WHERE phone_verified_at IS NOT NULL
                               GROUP BY mobile HAVING count(*) > 1) AS twice
        """
    )
    assert shared == 0, "one phone, two people"
    ended = await pool.fetchval(
        """
        SELECT count(*) FROM person
          LEFT JOIN contact USING (subject_id)
          LEFT JOIN activation_code AS code
            ON code.subject_id = person.subject_id AND code.state <> 'replaced'
         WHERE person.status <> $1
           AND (contact.phone_verified_at IS NOT NULL OR code.state IS NOT NULL)
        """,
        Status.REGISTERED,
    )
    assert ended == 0, "an ended identity keeps a number or a code"
    gaps = await pool.fetchval(
        """
        SELECT count(*) FROM person
         WHERE version <> (SELECT count(*) FROM outbox
                            WHERE key = person.subject_id::text AND topic = $1)
        """,
        "clavis.registry.person.v1",
    )
    assert gaps == 0, "a version without its event, or an event without its version"
