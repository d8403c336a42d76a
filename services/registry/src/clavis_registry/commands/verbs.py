"""The operator's verbs. Reports count and name line numbers, never people."""

import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import Any

from clavis_kit.errors import ServiceError
from pydantic import ValidationError

from clavis_registry.actions.deaths import Death, DeathOutcome, record_death
from clavis_registry.actions.imports import ImportOutcome, import_person
from clavis_registry.actions.offices import add_office, add_officer, remove_officer
from clavis_registry.commands.files import PersonIn, read_deaths, read_people
from clavis_registry.commands.running import run
from clavis_registry.deps import Deps


def deaths(arguments: Namespace) -> int:
    """Feed a file of deaths; telling one twice changes nothing."""

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        for number, death in enumerate(read_deaths(Path(arguments.file)), start=2):
            counts[await _one_death(deps, number, death)] += 1
        return _report("deaths", counts, [*DeathOutcome, "refused"])

    return run(work)


async def _one_death(deps: Deps, number: int, death: Death | None) -> str:
    if death is None:
        return _refused(number, "malformed-line")
    try:
        return await record_death(deps, death)
    except ServiceError as error:
        return _refused(number, error.code)


def import_people(arguments: Namespace) -> int:
    """Enter the people of a file; those already known are left as they are."""

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        for number, entry in enumerate(read_people(Path(arguments.file)), start=1):
            counts[await _one_person(deps, number, entry)] += 1
        return _report("people", counts, [*ImportOutcome, "refused"])

    return run(work)


async def _one_person(deps: Deps, number: int, entry: dict[str, Any]) -> str:
    try:
        return await import_person(deps, PersonIn.model_validate(entry).imported())
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        return _refused(number, f"invalid fields: {fields}")
    except ServiceError as error:
        return _refused(number, error.code)


def _refused(number: int, code: str) -> str:
    sys.stderr.write(f"entry {number}: {code}\n")
    return "refused"


def _report(what: str, counts: Counter[str], outcomes: list[str]) -> int:
    sys.stdout.write(f"{what}: " + ", ".join(f"{counts[o]} {o}" for o in outcomes) + "\n")
    return 1 if counts["refused"] else 0


def office_add(arguments: Namespace) -> int:
    """Add or rename an office."""

    async def work(deps: Deps) -> int:
        organisation = (arguments.organisation, arguments.organisation_name)
        office_id = await add_office(deps, organisation, arguments.code, arguments.name)
        sys.stdout.write(f"office: {office_id}\n")
        return 0

    return run(work)


def _typed_id(arguments: Namespace) -> str:
    # `-` reads the number from standard input, so that it stays out of shell histories.
    return str(sys.stdin.readline() if arguments.national_id == "-" else arguments.national_id)


def officer_add(arguments: Namespace) -> int:
    """Enable an officer."""

    async def work(deps: Deps) -> int:
        subject_id = await add_officer(
            deps, _typed_id(arguments), arguments.office, arguments.role, arguments.name
        )
        sys.stdout.write(f"officer: {subject_id}\n")
        return 0

    return run(work)


def officer_remove(arguments: Namespace) -> int:
    """Withdraw an officer's powers."""

    async def work(deps: Deps) -> int:
        found = await remove_officer(deps, _typed_id(arguments))
        sys.stdout.write("officer: removed\n" if found else "officer: there was none\n")
        return 0 if found else 1

    return run(work)
