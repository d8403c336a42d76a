"""A new activation code without a new enrolment: at an office, or with PIN, app or certificate.

BOE-A-2015-14215 section 5.4: no new acceptance document, since no new data are declared.
"""

from datetime import datetime

from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.actions.acceptance import moment
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
from clavis_registry.actions.shared import queue_mail, record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.activation_code import canonical, new_activation_code, shown
from clavis_registry.rules.identification import may_ask_activation_code
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person

TEMPLATE = "activation_code.typ"


async def put_in_force(deps: Deps, unit: Unit, subject_id: str, code: str) -> None:
    """Make this the code in force; only its hash is kept."""
    code_hash = deps.keys.activation.bound(subject_id, code)
    await unit.activation_codes.replace(deps.new_id(), subject_id, code_hash, deps.clock.now())


async def _issue(deps: Deps, unit: Unit, person: Person, code: str, origin: Origin) -> None:
    now = deps.clock.now()
    await put_in_force(deps, unit, person.subject_id, code)
    await unit.evidence.add(person.subject_id, "activation-code", origin.evidence, now)
    await unit.evidence.audit(
        person.subject_id, origin.actor, "activation-code-issued", now, origin.reason
    )
    await record_contact(deps, unit, person.subject_id)
    how = origin.told(person.language)
    await queue_mail(deps, unit, person, "activation_code", how=how)
    OUTCOMES.labels("activation_code", origin.identified_by).inc()


async def issue_at_office(deps: Deps, officer: Officer, act: DeskAct) -> bytes:
    """Return the sheet with a new code for a person who is present.

    The code exists on the sheet alone: one that gets lost is replaced by asking again.
    """
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
    code = new_activation_code(deps.random_below)
    pdf = await _sheet(deps, person, code, deps.clock.now())
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        await _issue(deps, unit, person, code, at_office(officer, act))
    return pdf


async def issue_online(deps: Deps, login: Login) -> tuple[str, datetime]:
    """Return a new code as it is shown, once, and when it was issued."""
    if not may_ask_activation_code(login.amr):
        raise refuse("login-not-accepted")
    code = new_activation_code(deps.random_below)
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.CHANGE)
        await _issue(deps, unit, person, code, online(login))
    return shown(code), deps.clock.now()


async def own_sheet(deps: Deps, login: Login, typed: str) -> bytes:
    """Return the sheet for the code in force, which the citizen has on the screen."""
    code = canonical(typed)
    async with deps.reading() as unit:
        person = await unit.persons.get(login.subject_id)
        kept = await unit.activation_codes.current_hash(login.subject_id)
    if person is None or refusal(person.life, PersonAct.CHANGE):
        raise refuse("citizen-not-active")
    if code is None or not kept:
        raise refuse("invalid-activation-code")
    if not deps.keys.activation.matches(f"{login.subject_id}:{code}", kept):
        raise refuse("invalid-activation-code")
    return await _sheet(deps, person, code, deps.clock.now())


async def _sheet(deps: Deps, person: Person, code: str, now: datetime) -> bytes:
    language = texts.text_language(person.language)
    catalogue = texts.texts(language)
    acceptance, text = catalogue["acceptance"], catalogue["activation_sheet"]
    rows = [
        [acceptance["name"], person.name.full if person.name else ""],
        [acceptance["national_id"], person.national_id],
        [text["issued_at"], moment(deps, now, language)],
    ]
    data = {
        "brand": deps.settings.brand,
        "language": language,
        "text": {**text, "reference": ""},
        "rows": rows,
        "reference": "",
        "activation_code": shown(code),
    }
    return await deps.documents.render_pdf(TEMPLATE, data)
