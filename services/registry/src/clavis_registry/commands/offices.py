"""The operator's file of offices: JSON lines, one office with its directory entry each."""

import argparse
import sys
from argparse import Namespace
from collections import Counter

from clavis_kit.errors import ServiceError
from pydantic import Field, ValidationError

from clavis_registry.actions.offices import take_office
from clavis_registry.commands.lines import read_lines
from clavis_registry.commands.running import run
from clavis_registry.deps import Deps
from clavis_registry.routes.inputs import ShortText, Text
from clavis_registry.routes.trust_models import OfficeEntryIn


class OfficeLine(OfficeEntryIn):
    """One office: what citizens read of it, and whose it is (DIR3 code and name)."""

    code: ShortText = Field(min_length=1)
    organisation: ShortText = Field(min_length=1)
    organisation_name: Text = Field(min_length=1)


def add_verb(office: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the verb."""
    verb = office.add_parser("import", help="take over a file of JSON lines, one office each")
    verb.add_argument("file")
    verb.set_defaults(run=office_import)


def office_import(arguments: Namespace) -> int:
    """Take over offices with places, hours and services; telling them twice changes nothing."""

    async def work(deps: Deps) -> int:
        counts: Counter[str] = Counter()
        for number, line in enumerate(read_lines(arguments.file), start=1):
            counts[await _one(deps, number, line)] += 1
        sys.stdout.write(f"offices: {counts['taken']} taken, {counts['refused']} refused\n")
        return 1 if counts["refused"] else 0

    return run(work)


async def _one(deps: Deps, number: int, line: str) -> str:
    try:
        office = OfficeLine.model_validate_json(line)
        entry = office.model_dump(exclude={"code", "organisation", "organisation_name"})
        organisation = (office.organisation, office.organisation_name)
        await take_office(deps, organisation, office.code, entry)
    except ServiceError as error:
        sys.stderr.write(f"line {number}: {error.code}\n")
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) or "line" for e in error.errors())
        sys.stderr.write(f"line {number}: invalid: {fields}\n")
    else:
        return "taken"
    return "refused"
