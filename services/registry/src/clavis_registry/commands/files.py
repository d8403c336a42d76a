"""The operator's files: deaths (CSV) and people (JSON), read line by line."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from clavis_registry.actions.deaths import Death
from clavis_registry.actions.imports import ImportedPerson
from clavis_registry.commands.running import FileError
from clavis_registry.routes.inputs import ApplicantIn, ShortText, Text
from clavis_registry.rules.person import Channel

DEATH_COLUMNS = ["national_id", "date", "source_reference"]


class PersonIn(ApplicantIn):
    """One person of an import. Times default to now; without a code none is in force."""

    channel: Channel
    consent_reference: Text = Field(min_length=1)
    enrolled_at: AwareDatetime | None = None
    last_strong_identification_at: AwareDatetime | None = None
    activation_code: ShortText | None = None
    renounced: bool = False

    def imported(self) -> ImportedPerson:
        """Return the entry in canonical form. Raises a refusal."""
        return ImportedPerson(
            applicant=self.canonical(),
            channel=self.channel,
            consent_reference=self.consent_reference,
            enrolled_at=self.enrolled_at,
            last_strong_identification_at=self.last_strong_identification_at,
            activation_code=self.activation_code,
            renounced=self.renounced,
        )


class PeopleFile(BaseModel):
    """The whole file: people, each judged by itself."""

    people: list[dict[str, Any]]


def read_people(path: Path) -> list[dict[str, Any]]:
    """Read the entries of a people file. Raises FileError."""
    try:
        return PeopleFile.model_validate(json.loads(path.read_text())).people
    except OSError as error:
        raise FileError(f"cannot read {path.name}: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise FileError(f'{path.name} is not JSON of the form {{"people": […]}}') from error


def read_deaths(path: Path) -> Iterator[Death | None]:
    """Read the lines of a death feed; None stands for one that is not well formed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path.name} as UTF-8 text") from error
    rows = csv.DictReader(text.splitlines())
    if rows.fieldnames != DEATH_COLUMNS:
        raise FileError(f"{path.name} must begin with the line {','.join(DEATH_COLUMNS)}")
    for row in rows:
        yield _death(row)


def _death(row: dict[str, Any]) -> Death | None:
    reference = (row.get("source_reference") or "").strip()
    if not reference or len(reference) > 200 or not reference.isprintable():  # noqa: PLR2004  bound
        return None
    try:
        died_on = date.fromisoformat((row.get("date") or "").strip())
    except ValueError:
        return None
    return Death((row.get("national_id") or "").strip(), died_on, reference)
