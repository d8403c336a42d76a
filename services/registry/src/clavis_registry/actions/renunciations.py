"""A person gives up the digital identity: online, at an office, or without ever having had one."""

from dataclasses import dataclass

from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_event

from clavis_registry import events, texts
from clavis_registry.actions.certificate_requests import METHODS
from clavis_registry.actions.desk import (
    DeskAct,
    Login,
    Origin,
    admit,
    at_office,
    hold_self,
    hold_served,
    online,
)
from clavis_registry.actions.shared import queue_mail, release_credentials
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import name_refusal
from clavis_registry.rules.life import PersonAct, renunciation_refusal
from clavis_registry.rules.person import PersonName, Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor, Renunciation
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Leaving:
    """What an officer states of a person who renounces: the name shown, and the signed paper."""

    name: PersonName | None
    signed: bool


async def renounce(deps: Deps, login: Login, *, confirmed: bool) -> Renunciation:
    """End the citizen's own identity and keep the proof. Raises why it cannot be.

    One who never enrolled and shows a certificate may renounce too: no basic channel enrols them
    afterwards.
    """
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.RENOUNCE)
        if code := renunciation_refusal(person.life, login.loa, confirmed=confirmed):
            raise refuse(code)
        method = METHODS[login.identified_by]
        return await renounce_held(deps, unit, person, online(login), (method, login.loa.acr))


async def renounce_at_office(
    deps: Deps, officer: Officer, act: DeskAct, leaving: Leaving
) -> Renunciation:
    """End the identity of a person who is present and signed, enrolled or not."""
    await admit(deps, officer, act)
    # BOE-A-2015-14215 2.1: the warning is read out, and the request signed by hand.
    if not leaving.signed:
        raise refuse("confirmation-required")
    async with deps.transaction() as unit:
        person = await _leaver(deps, unit, officer, act, leaving.name)
        return await renounce_held(deps, unit, person, at_office(officer, act), ("office", None))


async def _leaver(
    deps: Deps, unit: Unit, officer: Officer, act: DeskAct, name: PersonName | None
) -> Person:
    national_id_hash = deps.keys.national_id.of(act.national_id)
    if await unit.death_notices.exists(national_id_hash):
        raise refuse("person-deceased")
    now = deps.clock.now()
    person = await unit.persons.obtain(act.national_id, national_id_hash, deps.new_id(), now)
    if person.status is Status.NONE and name is not None:
        if code := name_refusal(name):
            raise refuse(code)
        await unit.persons.save_name(person.subject_id, name)
    return await hold_served(unit, officer, act, PersonAct.RENOUNCE)


async def renounce_held(
    deps: Deps, unit: Unit, person: Person, origin: Origin, how: tuple[str, str | None]
) -> Renunciation:
    """End the identity of a person whose row is held; `how` is the method and its level."""
    method, acr = how
    now, language = deps.clock.now(), texts.text_language(person.language)
    proof = Renunciation(
        deps.new_id(), person.subject_id, acr, language, now, method, origin.actor.office_id
    )
    await unit.evidence.add_renunciation(proof)
    await unit.evidence.add(
        person.subject_id, "renunciation", {**origin.evidence, "proof_id": proof.proof_id}, now
    )
    await end_by_renunciation(deps, unit, person.subject_id, origin.actor)
    await queue_mail(deps, unit, person, "renounced")
    OUTCOMES.labels("renunciation", "completed").inc()
    return proof


async def end_by_renunciation(deps: Deps, unit: Unit, subject_id: str, actor: Actor) -> None:
    """End a registered person's identity, with its event, within a larger transaction."""
    now = deps.clock.now()
    person = await unit.persons.end(subject_id, Status.RENOUNCED, now)
    await unit.evidence.audit(subject_id, actor, "renounced", now)
    await release_credentials(deps, unit, subject_id)
    await record_event(
        unit.connection, events.wrap(events.renounced(person, now), person, deps.new_id(), now)
    )
