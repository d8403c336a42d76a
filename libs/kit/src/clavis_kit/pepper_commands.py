"""The verbs with which an operator replaces a pepper: `pepper list`, `add` and `drop`.

They read and write the key file alone: no database, no other setting.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clavis_kit.pepper import Pepper, PepperKey, read_keys, to_json, with_new_key
from clavis_kit.settings import MINIMUM_KEY_BYTES, KeyFileError

_DEFAULT_DELAY_SECONDS = 3600


def add_pepper(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pepper list|add|drop FILE` to a service's command line."""
    actions = verbs.add_parser("pepper", help="replace the pepper").add_subparsers(required=True)
    listing = actions.add_parser("list", help="name the keys, never their bytes")
    adding = actions.add_parser("add", help="append a key that writes after a while")
    adding.add_argument("--after", type=int, default=_DEFAULT_DELAY_SECONDS, metavar="SECONDS")
    dropping = actions.add_parser("drop", help="forget a key; what it hashed is lost")
    dropping.add_argument("key_id")
    for parser, change in ((listing, _unchanged), (adding, _added), (dropping, _dropped)):
        parser.add_argument("file", type=Path)
        parser.set_defaults(run=_runner(change))


Change = Callable[[argparse.Namespace, list[PepperKey]], list[PepperKey]]


def _runner(change: Change) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        try:
            before = read_keys(arguments.file)
            after = change(arguments, before)
        except (KeyFileError, ValueError) as error:
            sys.stderr.write(f"pepper: {error}\n")
            return 2
        if after != before:
            _replace(arguments.file, to_json(after))
        sys.stdout.write(described(after, datetime.now(UTC)))
        return 0

    return run


def _unchanged(_: argparse.Namespace, keys: list[PepperKey]) -> list[PepperKey]:
    return keys


def _added(arguments: argparse.Namespace, keys: list[PepperKey]) -> list[PepperKey]:
    since = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=arguments.after)
    secret = secrets.token_bytes(MINIMUM_KEY_BYTES)
    return with_new_key(keys, secret, since.strftime("%Y%m%dT%H%M%SZ"), since)


def _dropped(arguments: argparse.Namespace, keys: list[PepperKey]) -> list[PepperKey]:
    kept = [key for key in keys if key.key_id != arguments.key_id]
    if len(kept) == len(keys):
        raise ValueError(f"there is no key {arguments.key_id}")
    if arguments.key_id == Pepper(keys).writer(datetime.now(UTC)):
        raise ValueError(f"the key {arguments.key_id} is the one that writes")
    return kept


def described(keys: Sequence[PepperKey], now: datetime) -> str:
    """Name each key and its part, one a line."""
    writer = Pepper(keys).writer(now)
    return "".join(f"{key.key_id} {_part(key, writer, now)}\n" for key in keys)


def _part(key: PepperKey, writer: str, now: datetime) -> str:
    if key.key_id == writer:
        return "writes"
    return "accepted" if key.writes_from <= now else f"writes from {key.writes_from.isoformat()}"


def _replace(path: Path, text: str) -> None:
    # Beside it first and then in its place, so that the file is never half written.
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, path.stat().st_mode & 0o777)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
