"""Sealed proofs and receipts of what a person did: made once, handed out again unchanged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_registry import texts
from clavis_registry.actions.acceptance import moment
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person

RENUNCIATION, REVOCATION_REQUEST = "renunciation", "certificate-revocation"
TEMPLATES = {RENUNCIATION: "renunciation.typ", REVOCATION_REQUEST: "act_receipt.typ"}


@dataclass(frozen=True)
class _Act:
    """What a proof says of any act."""

    kind: str
    document_id: str
    subject_id: str
    at: datetime
    method: str
    acr: str | None
    office_id: str | None
    language: str


@dataclass(frozen=True)
class Reader:
    """Who may fetch a proof: its own person, or the office where the act took place."""

    subject_id: str | None = None
    office_id: str | None = None

    @classmethod
    def citizen(cls, subject_id: str) -> "Reader":
        """Name the person of a session."""
        return cls(subject_id=subject_id)

    @classmethod
    def officer(cls, officer: Officer) -> "Reader":
        """Name an officer of an office."""
        return cls(office_id=officer.office_id)

    def may_read(self, subject_id: str, office_id: str | None) -> bool:
        """Say whether a proof is for this reader."""
        own = self.subject_id is not None and self.subject_id == subject_id
        return own or (self.office_id is not None and self.office_id == office_id)


async def renunciation_pdf(deps: Deps, reader: Reader, proof_id: str) -> bytes:
    """Return the sealed proof of a renunciation. Raises renunciation-not-found."""
    async with deps.reading() as unit:
        row = await unit.evidence.renunciation(proof_id)
    if row is None or not reader.may_read(row.subject_id, row.office_id):
        raise refuse("renunciation-not-found")
    return await _sealed(
        deps,
        _Act(
            RENUNCIATION, row.proof_id, row.subject_id, row.renounced_at, row.method, row.acr,
            row.office_id, row.language,
        ),
    )  # fmt: skip


async def revocation_request_pdf(deps: Deps, reader: Reader, request_id: str) -> bytes:
    """Return the sealed receipt of a request. Raises receipt-not-found."""
    async with deps.reading() as unit:
        row = await unit.sealed.request(request_id)
    if row is None or not reader.may_read(row.subject_id, row.office_id):
        raise refuse("receipt-not-found")
    return await _sealed(
        deps,
        _Act(
            REVOCATION_REQUEST, row.request_id, row.subject_id, row.requested_at, row.method,
            row.acr, row.office_id, row.language,
        ),
    )  # fmt: skip


async def _sealed(deps: Deps, act: _Act) -> bytes:
    async with deps.reading() as unit:
        kept = await unit.sealed.get(act.document_id)
        if kept is not None:
            return kept
        person = await unit.persons.get(act.subject_id)
        data = await _data(deps, unit, act, person)
    pdf = await deps.seal.seal(await deps.documents.render_pdf(TEMPLATES[act.kind], data))
    async with deps.transaction() as unit:
        return await unit.sealed.keep(
            act.document_id, act.subject_id, act.kind, pdf, deps.clock.now()
        )


async def _data(deps: Deps, unit: Unit, act: _Act, person: Person | None) -> dict[str, Any]:
    catalogue = texts.texts(act.language)
    text = catalogue["renunciation" if act.kind == RENUNCIATION else "certificate_revocation"]
    common = catalogue["renunciation"]
    office = await unit.offices.office_name(act.office_id) if act.office_id else ""
    how = catalogue["how"][act.method].format(office=office)
    rows = [
        [common["name"], person.name.full if person and person.name else ""],
        [common["national_id"], person.national_id if person else ""],
        [text["at"], moment(deps, act.at, act.language)],
        [common["identified"], how],
        [common["reference"], act.document_id],
    ]
    if act.acr:
        assurance = common["assurances"][act.acr.rsplit("/", 1)[-1]]
        rows.insert(4, [common["assurance"], assurance])
    return {
        "brand": deps.settings.brand,
        "language": act.language,
        "text": {**common, **text},
        "rows": rows,
        "reference": act.document_id,
    }
