"""The person's own data, whole: to read (PDF) and to take along (JSON).

GDPR articles 15 and 20: a copy of the data undergoing processing, and one in a machine-readable
format.
"""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime

from clavis_registry import texts
from clavis_registry.actions.citizens import own_record
from clavis_registry.deps import Deps
from clavis_registry.store.evidence import Actor
from clavis_registry.store.exports import Export
from clavis_registry.store.persons import Person

TEMPLATE = "export.typ"
FORMAT = "clavis-registry-export/1"


async def _export(deps: Deps, subject_id: str) -> tuple[Person, Export, datetime]:
    record, now = await own_record(deps, subject_id), deps.clock.now()
    async with deps.transaction() as unit:
        export = await unit.exports.everything(subject_id, record.person.national_id_hash)
        await unit.evidence.audit(subject_id, Actor("citizen"), "data-exported", now)
    return record.person, export, now


async def export_json(deps: Deps, subject_id: str) -> dict[str, Any]:
    """Return everything as JSON values. Raises citizen-not-active."""
    _, export, now = await _export(deps, subject_id)
    return {"format": FORMAT, "made_at": now, "subject_id": subject_id, **export.sections}


async def export_pdf(deps: Deps, subject_id: str) -> bytes:
    """Render everything as an accessible PDF in the person's language. Raises as export_json."""
    person, export, now = await _export(deps, subject_id)
    language = texts.text_language(person.language)
    text = texts.texts(language)["export"]
    return await deps.documents.render_pdf(
        TEMPLATE,
        {
            "brand": deps.settings.brand,
            "language": language,
            "text": text,
            "reference": _shown(deps, now, language),
            "sections": [
                {
                    "title": text["sections"][name],
                    "entries": [_rows(deps, text, row, language) for row in rows],
                }
                for name, rows in export.sections.items()
            ],
        },
    )


def _rows(deps: Deps, text: dict[str, Any], row: dict[str, Any], language: str) -> list[list[str]]:
    return [
        [text["fields"].get(name, name), _shown(deps, value, language)]
        for name, value in row.items()
        if value is not None
    ]


def _shown(deps: Deps, value: object, language: str) -> str:
    locale = texts.LOCALES[language]
    if isinstance(value, datetime):
        return format_datetime(value, "long", tzinfo=deps.zone, locale=locale)
    if isinstance(value, date):
        return format_date(value, "long", locale=locale)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shown(deps, v, language)}" for name, v in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(deps, item, language) for item in value)
    return str(value)
