"""The person's own data, whole: to read (PDF) and to take along (JSON).

GDPR articles 15 and 20: a copy of the data undergoing processing, and one in a machine-readable
format.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from clavis_registry import texts
from clavis_registry.actions.citizens import own_past
from clavis_registry.actions.desk import Login
from clavis_registry.deps import Deps
from clavis_registry.store.evidence import Actor
from clavis_registry.store.exports import Export
from clavis_registry.store.persons import Person

TEMPLATE = "export.typ"
FORMAT = "clavis-registry-export/1"
# Their values are codes of ours, for which there are words; all others are data as they are.
CODED = frozenset(
    {
        *("status", "level", "channel", "kind", "state", "action", "actor_kind", "method"),
        *("identified_by", "origin", "frozen_origin", "outcome", "mode", "purpose", "role"),
        *("former_role", "revocation_cause", "cause", "former_status", "document_kind"),
        *("language", "terms_language", "accepted_by"),
        *("person_kind", "proof"),
    }
)


async def _export(deps: Deps, login: Login) -> tuple[Person, Export, datetime]:
    record, now = await own_past(deps, login), deps.clock.now()
    subject_id = login.subject_id
    async with deps.transaction() as unit:
        export = await unit.exports.everything(subject_id, record.person.national_id_hash)
        await unit.evidence.audit(subject_id, Actor("citizen"), "data-exported", now)
    return record.person, export, now


async def export_json(deps: Deps, login: Login) -> dict[str, Any]:
    """Return everything as JSON values. Raises citizen-not-active."""
    _, export, now = await _export(deps, login)
    return {"format": FORMAT, "made_at": now, "subject_id": login.subject_id, **export.sections}


async def export_pdf(deps: Deps, login: Login) -> bytes:
    """Render everything as an accessible PDF in the person's language. Raises as export_json."""
    person, export, now = await _export(deps, login)
    page = _Page(texts.text_language(person.language), deps.zone)
    return await deps.documents.render_pdf(
        TEMPLATE,
        {
            "brand": deps.settings.brand,
            "language": page.language,
            "text": page.text,
            "reference": page.shown("made_at", now),
            "sections": [
                {"title": page.text["sections"][name], "entries": [page.rows(row) for row in rows]}
                for name, rows in export.sections.items()
            ],
        },
    )


@dataclass(frozen=True)
class _Page:
    """What the registry holds by names and codes, in the words of one language."""

    language: str
    zone: ZoneInfo

    @property
    def text(self) -> dict[str, Any]:
        text: dict[str, Any] = texts.texts(self.language)["export"]
        return text

    def rows(self, row: dict[str, Any]) -> list[list[str]]:
        """Return labels and values; what is empty is left out."""
        shown = {name: value for name, value in row.items() if value not in (None, {}, [])}
        return [[self._label(name), self.shown(name, value)] for name, value in shown.items()]

    def _label(self, name: str) -> str:
        label: str = self.text["fields"].get(name, name)
        return label

    def shown(self, name: str, value: object) -> str:
        """Say a value; `name` is what it is the value of."""
        locale = texts.LOCALES[self.language]
        if isinstance(value, datetime):
            return format_datetime(value, "long", tzinfo=self.zone, locale=locale)
        if isinstance(value, date):
            return format_date(value, "long", locale=locale)
        if isinstance(value, dict):
            return "; ".join(": ".join(row) for row in self.rows(value))
        if isinstance(value, list):
            return ", ".join(self.shown(name, item) for item in value)
        coded = isinstance(value, bool) or name in CODED
        return self._word(name, str(value)) if coded else str(value)

    def _word(self, name: str, code: str) -> str:
        words: dict[str, str] = self.text["values"]
        return words.get(f"{name}.{code}") or words.get(code.lower(), code)
