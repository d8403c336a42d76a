"""Who is acted upon and how they were identified: what acts at a desk or online begin with."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from clavis_kit.loa import Loa

from clavis_registry import texts
from clavis_registry.actions.consulting import keep_lookup
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identification import IdentifiedBy, identified_by
from clavis_registry.rules.life import PersonAct, Standing, refusal
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class DeskAct:
    """What an officer states of an act: whom it concerns, why, and what was seen."""

    national_id: str
    reason: str
    present: bool = False
    document_checked: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what is kept as evidence."""
        return {
            "reason": self.reason,
            "present": self.present,
            "document_checked": self.document_checked,
        }


@dataclass(frozen=True)
class Login:
    """A citizen's session, as far as an act depends on it."""

    subject_id: str
    amr: Collection[str]
    loa: Loa

    @property
    def identified_by(self) -> IdentifiedBy:
        """How the person logged in."""
        return identified_by(self.amr)

    def facts(self) -> dict[str, Any]:
        """Return what is kept as evidence."""
        return {
            "identified_by": self.identified_by,
            "amr": sorted(self.amr),
            "acr": self.loa.acr,
        }


@dataclass(frozen=True)
class Origin:
    """Who acts, how the person was identified, what proves it and how a notice puts it."""

    actor: Actor
    identified_by: IdentifiedBy
    evidence: dict[str, Any]
    office: str = ""

    @property
    def reason(self) -> dict[str, Any]:
        """What the citizen reads in the history beside the act."""
        return {name: self.evidence[name] for name in ("reason",) if name in self.evidence}

    def told(self, language: str | None) -> str:
        """Say in a notice how the act came about."""
        ways: dict[str, str] = texts.texts(texts.text_language(language))["how"]
        return ways[self.identified_by].format(office=self.office)


def at_office(officer: Officer, act: DeskAct) -> Origin:
    """Return the origin of an act at an office."""
    return Origin(officer_actor(officer), IdentifiedBy.OFFICE, act.facts(), officer.office_name)


def online(login: Login) -> Origin:
    """Return the origin of an act of the citizen alone."""
    return Origin(Actor("citizen"), login.identified_by, login.facts())


async def admit(deps: Deps, officer: Officer, act: DeskAct, *, present: bool = True) -> None:
    """Keep that the record is turned to, before anything is told of it.

    Raises when the reason is missing, or the person did not appear where they have to.
    """
    if code := reason_refusal(act.reason):
        raise refuse(code)
    if present and not (act.present and act.document_checked):
        raise refuse("presence-required")
    await keep_lookup(deps, officer, act.national_id, act.reason)


async def hold_served(unit: Unit, officer: Officer, act: DeskAct, doing: PersonAct) -> Person:
    """Hold the person an officer acts upon, when the rules allow the act.

    Raises not-registered, own-record, or the refusal of the act.
    """
    found = await unit.persons.find(act.national_id)
    person = await unit.persons.lock(found.subject_id) if found else None
    if person is None:
        raise refuse("not-registered")
    if code := own_act_refusal(officer.subject_id, person.subject_id):
        raise refuse(code)
    if code := refusal(person.life, doing):
        raise refuse(code)
    return person


async def hold_self(unit: Unit, login: Login, doing: PersonAct) -> Person:
    """Hold the citizen behind a session, when the rules allow the act.

    Raises citizen-not-active, person-frozen, or the refusal of the act.
    """
    person = await unit.persons.lock(login.subject_id)
    if person is None or person.life.standing is Standing.DECEASED:
        raise refuse("citizen-not-active")
    # A frozen person acts only with what nobody else can have.
    if person.frozen and login.identified_by is IdentifiedBy.LOGIN:
        raise refuse("person-frozen")
    if code := refusal(person.life, doing):
        raise refuse(code)
    return person
