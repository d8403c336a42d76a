"""The operator's verbs for relying parties: `python -m clavis_gateway client …`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clavis_gateway.client_commands import files, health, life, people, reading_token, refusals
from clavis_gateway.rules.registration_states import State

if TYPE_CHECKING:
    # The type has no public name.
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001
Run = Callable[[argparse.Namespace], int]


def add_client_verbs(verbs: Verbs) -> None:
    """Add `client` with all its verbs to a command line."""
    client = verbs.add_parser("client", help="relying parties").add_subparsers(required=True)
    _add_files(client)
    _add_life(client)
    tester = client.add_parser("tester", help="who may enter a service in test")
    _add_testers(tester.add_subparsers(required=True))
    reading = client.add_parser("reading-token", help="what lets a contact read the refusal log")
    _add_reading(reading.add_subparsers(required=True))
    token = client.add_parser("token", help="initial access tokens of dynamic registration")
    _add_tokens(token.add_subparsers(required=True))


def _verb(verbs: Verbs, name: str, run: Run, text: str, *places: str) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text)
    for place in places:
        verb.add_argument(place, type=Path if place == "file" else str)
    verb.set_defaults(run=run)
    return verb


def _add_files(client: Verbs) -> None:
    text = "bring relying parties to what a bundle (.yaml) or a list (.json) says"
    verb = _verb(client, "apply", files.apply_file, text, "file")
    verb.add_argument("--dry-run", action="store_true", help="only say what would be done")
    text = "say what applying a bundle would add, change and suspend"
    verb = _verb(client, "diff", files.diff_bundle, text, "file")
    verb.add_argument(
        "--exit-code", action="store_true", help=f"exit with {files.DIFFERENT} on a difference"
    )
    _verb(client, "schema", files.print_schema, "the form of a bundle as JSON Schema")
    text = "register a new relying party and print its id and secret once"
    _verb(client, "add", files.add_file, text, "file")


def _add_life(client: Verbs) -> None:
    verb = _verb(client, "list", life.list_clients, "one line a relying party")
    verb.add_argument("--state", choices=list(State))
    _verb(client, "show", life.show_client, "what is registered, without secrets", "client_id")
    verb = _verb(client, "state", life.set_state, "go from one state to the next", "client_id")
    verb.add_argument("state", choices=list(State))
    text = "make a new secret and print it once"
    verb = _verb(client, "rotate-secret", life.rotate_secret, text, "client_id")
    _overlap(verb)
    text = "the secrets that hold: identifier, made, until"
    _verb(client, "secrets", life.list_secrets, text, "client_id")
    text = "end one secret now"
    _verb(client, "end-secret", life.end_secret, text, "client_id", "secret_id")
    text = "replace the registered keys by those of a JWK Set file"
    _overlap(_verb(client, "rotate-keys", life.rotate_keys, text, "client_id", "file"))
    text = "who changed what, newest first"
    _verb(client, "changes", life.list_changes, text, "client_id")
    text = "how logout tokens reach it; without a client_id, all that take them"
    verb = _verb(client, "health", health.show_health, text)
    verb.add_argument("client_id", nargs="?")
    verb.add_argument(
        "--exit-code", action="store_true", help=f"exit with {health.FAILING} when one is failing"
    )
    text = "what was refused to it and why, newest first, one JSON object a line"
    verb = _verb(client, "refusals", refusals.list_refusals, text, "client_id")
    for name, meaning in (
        ("since", "an RFC 3339 time: nothing older"),
        ("endpoint", "a path such as /token"),
        ("rule", "a name of docs/relying-parties/refusals.md"),
        ("limit", "how many, up to 200 (default 50)"),
    ):
        verb.add_argument(f"--{name}", help=meaning)


def _overlap(verb: argparse.ArgumentParser) -> None:
    text = "how long the old one still holds, such as 7d or 12h (default 0s: ends at once)"
    verb.add_argument("--overlap", default="0s", help=text)


def _add_testers(tester: Verbs) -> None:
    for name, run, text in (
        ("add", people.add_tester, "put a person on the list"),
        ("remove", people.remove_tester, "take a person off the list and end the tests' tokens"),
    ):
        who = _verb(tester, name, run, text, "client_id").add_mutually_exclusive_group(
            required=True
        )
        who.add_argument("--subject", help="the subject id")
        who.add_argument(
            "--national-id", action="store_true", help="read the number from standard input"
        )
    _verb(tester, "list", people.list_testers, "print the list", "client_id")


def _add_reading(reading: Verbs) -> None:
    text = "make a token in place of the one before and print it once"
    verb = _verb(reading, "issue", reading_token.issue, text, "client_id")
    verb.add_argument("--life", default="90d", help="how long it holds (default 90d)")
    text = "who made the token, when, and until when it holds"
    _verb(reading, "show", reading_token.show, text, "client_id")
    _verb(reading, "revoke", reading_token.revoke, "end the token", "client_id")


def _add_tokens(token: Verbs) -> None:
    verb = _verb(token, "issue", people.issue_token, "make a token and print it once")
    verb.add_argument("--label", required=True, help="for whom it is")
    verb.add_argument("--uses", type=int, default=1, help="registrations it allows (default 1)")
    verb.add_argument("--life", default="7d", help="how long it holds (default 7d)")
    verb.add_argument(
        "--profile", choices=["fapi2", "basic"], default="fapi2",
        help="the loosest profile it can register (default fapi2)",
    )  # fmt: skip
    _verb(token, "list", people.list_tokens, "the tokens that are kept")
    _verb(token, "revoke", people.revoke_token, "end a token", "token_id")
