"""Command line: serve and migrate, files of people and deaths, offices, the trail."""

import argparse
import sys

from clavis_kit.commands import add_migrate
from clavis_kit.http import serve as serve_app
from clavis_kit.settings import KeyFileError, load

from clavis_registry import console
from clavis_registry.actions.offices import ROLES
from clavis_registry.app import create_app
from clavis_registry.commands import convalidation, feeds, offices, trail, verbs, ways_in
from clavis_registry.settings import MIGRATIONS, RegistrySettings


def serve(_: argparse.Namespace) -> int:
    """Run the service until it is told to stop."""
    settings = load(RegistrySettings)
    try:
        serve_app(create_app(settings), settings)
    except KeyFileError as error:
        print(f"registry: {error}", file=sys.stderr)
        return 2
    return 0


def run_console(_: argparse.Namespace) -> int:
    """Run the office console's backend until it is told to stop."""
    console.main()
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    root = argparse.ArgumentParser(prog="clavis_registry", description="The registry of people")
    top = root.add_subparsers(required=True, metavar="VERB")
    top.add_parser("serve", help="run the service").set_defaults(run=serve)
    top.add_parser("console", help="run the office console").set_defaults(run=run_console)
    add_migrate(top, "registry", MIGRATIONS)
    deaths = top.add_parser("deaths", help="feed deaths: national_id,date,source_reference")
    deaths.add_argument("file")
    deaths.set_defaults(run=verbs.deaths)
    _add_people(top)
    _add_offices(top)
    feeds.add_verbs(top)
    trail.add_verbs(top)
    ways_in.add_verbs(top)
    return root


def _add_people(top: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    people = top.add_parser("people", help="people of another census")
    verbs_of_people = people.add_subparsers(required=True, metavar="VERB")
    verb = verbs_of_people.add_parser("import", help="enter the people of a JSON file")
    verb.add_argument("file")
    verb.set_defaults(run=verbs.import_people)
    convalidation.add_verb(verbs_of_people)


def _add_offices(top: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    office = top.add_parser("office", help="registration offices").add_subparsers(
        required=True, metavar="VERB"
    )
    add = office.add_parser("add", help="add or rename an office")
    add.add_argument("--code", required=True, help="stable handle of the office")
    add.add_argument("--name", required=True)
    add.add_argument("--organisation", required=True, help="DIR3 code of the public body")
    add.add_argument("--organisation-name", required=True)
    add.set_defaults(run=verbs.office_add)
    offices.add_verb(office)
    officer = top.add_parser("officer", help="public employees who may enrol").add_subparsers(
        required=True, metavar="VERB"
    )
    add = officer.add_parser("add", help="enable an officer, or move one")
    add.add_argument("--national-id", required=True, help="DNI or NIE; - reads standard input")
    add.add_argument("--office", required=True, help="code of the office")
    add.add_argument("--role", choices=ROLES, default=ROLES[0])
    add.add_argument("--name", help="default: the name in the registry")
    add.set_defaults(run=verbs.officer_add)
    remove = officer.add_parser("remove", help="withdraw an officer's powers")
    remove.add_argument("--national-id", required=True, help="DNI or NIE; - reads standard input")
    remove.set_defaults(run=verbs.officer_remove)


def main() -> int:
    """Run the verb of the command line."""
    arguments = parser().parse_args()
    code: int = arguments.run(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
