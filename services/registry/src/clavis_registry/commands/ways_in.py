"""The operator's verbs of the ways in: the census, and the printer of letters."""

import argparse
import json
import sys
from argparse import Namespace
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from clavis_kit.errors import ServiceError
from pydantic import BaseModel, Field, ValidationError

from clavis_registry.actions import letter_spool, letters
from clavis_registry.actions.census import CensusEntry, refuse_impossible, take_census
from clavis_registry.actions.shared import canonical_id
from clavis_registry.commands.lines import read_lines
from clavis_registry.commands.running import run
from clavis_registry.deps import Deps
from clavis_registry.routes.inputs import DocumentIn, ShortText, Text
from clavis_registry.rules.identity import canonical_name
from clavis_registry.rules.letter import LetterState, RequestOutcome
from clavis_registry.rules.person import PersonName
from clavis_registry.store.evidence import Actor
from clavis_registry.store.postal import PostalAddress

BATCH = 500
OPERATOR = Actor("operator")


class AddressIn(BaseModel):
    """The address on record."""

    lines: list[ShortText] = Field(min_length=1, max_length=4)
    postcode: str = Field(pattern="^[0-9]{5}$")
    municipality: ShortText
    province: ShortText


class CensusIn(BaseModel):
    """One person of the feed."""

    national_id: ShortText
    given_name: Text
    first_surname: Text
    second_surname: Text | None = None
    birth_date: date
    document: DocumentIn
    address: AddressIn | None = None

    def entry(self) -> CensusEntry:
        """Return canonical values. Raises a refusal."""
        second = canonical_name(self.second_surname) if self.second_surname else ""
        address = self.address
        return CensusEntry(
            canonical_id(self.national_id),
            PersonName(
                canonical_name(self.given_name), canonical_name(self.first_surname), second or None
            ),
            self.birth_date,
            self.document.canonical(),
            PostalAddress(
                tuple(address.lines), address.postcode, address.municipality, address.province
            )
            if address
            else None,
        )


def add_verbs(top: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the verbs."""
    census = top.add_parser("census", help="people as the civil register knows them")
    verb = census.add_subparsers(required=True, metavar="VERB").add_parser(
        "import", help="take over a file of JSON lines, one person each"
    )
    verb.add_argument("file")
    verb.add_argument("--source", default="civil-register", help="which register told it")
    verb.set_defaults(run=census_import)
    spool = top.add_parser("letters", help="invitation letters").add_subparsers(
        required=True, metavar="VERB"
    )
    verb = spool.add_parser("request", help="invite people; - reads numbers, one a line")
    verb.add_argument("file")
    verb.add_argument("--reference", required=True, help="case or campaign")
    verb.add_argument("--language", default="es", choices=("es", "ca", "gl", "eu", "en"))
    verb.set_defaults(run=letters_request)
    verb = spool.add_parser("print", help="make what is queued, one PDF a letter")
    verb.add_argument("--out", required=True, help="folder that the printer reads")
    verb.add_argument("--limit", type=int, default=1000)
    verb.set_defaults(run=letters_print)
    for name, text in (("sent", "the post took"), ("returned", "the post returned")):
        verb = spool.add_parser(name, help=f"{text} letters; by reference, one a line; - reads")
        verb.add_argument("file")
        verb.set_defaults(run=letters_sent if name == "sent" else letters_returned)


def census_import(arguments: Namespace) -> int:
    """Take over a census; telling it twice changes nothing."""

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        batch: list[CensusEntry] = []
        for number, line in enumerate(read_lines(arguments.file), start=1):
            entry = _entry(deps, number, line)
            counts["refused" if entry is None else "taken"] += 1
            batch += [entry] if entry else []
            if len(batch) == BATCH:
                await take_census(deps, batch, arguments.source)
                batch = []
        await take_census(deps, batch, arguments.source)
        return _report("census", counts, ["taken", "refused"])

    return run(work)


def _entry(deps: Deps, number: int, line: str) -> CensusEntry | None:
    try:
        entry = CensusIn.model_validate(json.loads(line)).entry()
        refuse_impossible(deps, entry)
    except ServiceError as error:
        _refused(number, error.code)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        _refused(number, f"invalid fields: {fields}")
    except ValueError:
        _refused(number, "malformed-line")
    else:
        return entry
    return None


def letters_request(arguments: Namespace) -> int:
    """Invite people on the administration's own initiative."""

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        for number, line in enumerate(read_lines(arguments.file), start=1):
            try:
                outcome = await letters.invite(
                    deps, OPERATOR, line, arguments.language, arguments.reference
                )
            except ServiceError as error:
                _refused(number, error.code)
                counts["refused"] += 1
            else:
                counts[outcome] += 1
        return _report("letters", counts, [*RequestOutcome, "refused"])

    return run(work)


def letters_print(arguments: Namespace) -> int:
    """Make the queued letters. One interrupted between file and count is made again."""
    folder = Path(arguments.out)

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        for letter in await letter_spool.spool(deps, LetterState.QUEUED, arguments.limit):
            try:
                csv, pdf = await letter_spool.make_letter(deps, letter.letter_id)
                _write(folder / f"{letter.letter_id}.pdf", pdf)
                await letter_spool.count_printed(deps, OPERATOR, letter.letter_id, csv)
            except ServiceError as error:
                sys.stderr.write(f"letter {letter.letter_id}: {error.code}\n")
                counts["refused"] += 1
            else:
                counts["printed"] += 1
        return _report("letters", counts, ["printed", "refused"])

    if not folder.is_dir():
        sys.stderr.write(f"registry: {folder} is not a folder\n")
        return 1
    return run(work)


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all: a printer may watch the folder."""
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def letters_sent(arguments: Namespace) -> int:
    """Count letters as taken by the post."""

    async def one(deps: Deps, line: str) -> None:
        await letter_spool.mark_sent(deps, OPERATOR, line.strip().lower())

    return run(lambda deps: _each(deps, arguments.file, "sent", one))


def letters_returned(arguments: Namespace) -> int:
    """Count letters as returned, by reference or by the code that a scanner read."""

    async def one(deps: Deps, line: str) -> None:
        await letter_spool.mark_returned(deps, OPERATOR, line)

    return run(lambda deps: _each(deps, arguments.file, "returned", one))


async def _each(deps: Deps, file: str, done: str, one: Any) -> int:
    counts: Counter[str] = Counter()
    for number, line in enumerate(read_lines(file), start=1):
        try:
            await one(deps, line)
        except ServiceError as error:
            _refused(number, error.code)
            counts["refused"] += 1
        else:
            counts[done] += 1
    return _report("letters", counts, [done, "refused"])


def _refused(number: int, code: str) -> None:
    sys.stderr.write(f"entry {number}: {code}\n")


def _report(what: str, counts: Counter[str], outcomes: list[str]) -> int:
    sys.stdout.write(f"{what}: " + ", ".join(f"{counts[o]} {o}" for o in outcomes) + "\n")
    return 1 if counts["refused"] else 0
