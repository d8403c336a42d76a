"""A person gives up the digital identity."""

from clavis_kit.loa import Loa
from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_event

from clavis_registry import events, texts
from clavis_registry.actions.acceptance import moment
from clavis_registry.actions.shared import queue_mail, release_credentials
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import renunciation_refusal
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor, Renunciation
from clavis_registry.store.persons import Person

TEMPLATE = "renunciation.typ"


async def renounce(deps: Deps, subject_id: str, loa: Loa, *, confirmed: bool) -> Renunciation:
    """End the citizen's own identity and keep the proof. Raises why it cannot be."""
    async with deps.transaction() as unit:
        person = await unit.persons.lock(subject_id)
        if person is None:
            raise refuse("not-registered")
        if code := renunciation_refusal(person.life, loa, confirmed=confirmed):
            raise refuse(code)
        now, language = deps.clock.now(), texts.text_language(person.language)
        proof = Renunciation(deps.new_id(), subject_id, loa.acr, language, now)
        await unit.evidence.add_renunciation(proof)
        await end_by_renunciation(deps, unit, subject_id, Actor("citizen"))
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


async def renunciation_pdf(deps: Deps, subject_id: str, proof_id: str) -> bytes:
    """Render the proof for its own person. Raises renunciation-not-found."""
    async with deps.reading() as unit:
        proof = await unit.evidence.renunciation(proof_id, subject_id)
        person = await unit.persons.get(subject_id)
    if proof is None or person is None:
        raise refuse("renunciation-not-found")
    text = texts.texts(proof.language)["renunciation"]
    return await deps.documents.render_pdf(
        TEMPLATE,
        {
            "brand": deps.settings.brand,
            "language": proof.language,
            "text": text,
            "rows": _rows(deps, text, proof, person),
            "reference": proof.proof_id,
        },
    )


def _rows(
    deps: Deps, text: dict[str, dict[str, str]], proof: Renunciation, person: Person
) -> list[list[object]]:
    assurance = proof.acr.rsplit("/", 1)[-1]
    return [
        [text["name"], person.name.full if person.name else ""],
        [text["national_id"], person.national_id],
        [text["renounced_at"], moment(deps, proof.renounced_at, proof.language)],
        [text["assurance"], text["assurances"][assurance]],
        [text["reference"], proof.proof_id],
    ]
