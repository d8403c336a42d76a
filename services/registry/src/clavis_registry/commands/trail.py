"""The verbs `verify`, `seal` and `retention`."""

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_registry.actions.retention import retain
from clavis_registry.actions.trail import BATCH, copy_out, seal_batch
from clavis_registry.actions.verification import Report, verify
from clavis_registry.commands.running import FileError, run
from clavis_registry.deps import Deps
from clavis_registry.rules.checkpoint import public_keys


def add_verbs(top: "_SubParsersAction[ArgumentParser]") -> None:
    """Describe the verbs."""
    verb = top.add_parser("verify", help="verify the trail of append-only rows")
    verb.add_argument("--checkpoint", help="file of checkpoints kept outside, one a line")
    verb.add_argument("--keys", help="JWKS of the keys that signed; default: the present key")
    verb.set_defaults(run=verify_trail)
    verb = top.add_parser("seal", help="seal what waits, and copy checkpoints to a file")
    verb.add_argument("--copy-to", help="file that gets the checkpoints it has not yet")
    verb.set_defaults(run=seal)
    top.add_parser("retention", help="take out what has had its time").set_defaults(run=retention)


def verify_trail(arguments: Namespace) -> int:
    """Check the trail; exit with 1 when anything is wrong."""

    async def work(deps: Deps) -> int:
        keys = _keys(arguments.keys) if arguments.keys else public_keys(deps.keys.checkpoint)
        kept = _lines(arguments.checkpoint) if arguments.checkpoint else []
        return _report(await verify(deps, keys, kept))

    return run(work)


def _keys(name: str) -> KeySet:
    try:
        return KeySet.import_key_set(json.loads(Path(name).read_text()))
    except (OSError, ValueError, JoseError) as error:
        raise FileError(f"cannot read the key set {Path(name).name}") from error


def _lines(name: str) -> list[str]:
    try:
        return Path(name).read_text().split()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {Path(name).name}") from error


def _report(report: Report) -> int:
    for line in report.where:
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(
        f"trail: {report.rows} rows in {report.batches} batches, {report.redacted} redacted,"
        f" {report.pending} waiting, {report.faults.total()} faults\n"
    )
    return 0 if report.intact else 1


def seal(arguments: Namespace) -> int:
    """Seal now instead of at the next turn of the service."""

    async def work(deps: Deps) -> int:
        rows = count = await seal_batch(deps)
        while count == BATCH:
            count = await seal_batch(deps)
            rows += count
        copied = await copy_out(deps, Path(arguments.copy_to)) if arguments.copy_to else 0
        sys.stdout.write(f"trail: {rows} rows sealed, {copied} checkpoints copied\n")
        return 0

    return run(work)


def retention(_: Namespace) -> int:
    """Take out what has had its time and say how much."""

    async def work(deps: Deps) -> int:
        removed = await retain(deps)
        counts = ", ".join(f"{removed[datum]} {datum}" for datum in sorted(removed))
        sys.stdout.write(f"retention: {counts or 'nothing'}\n")
        return 0

    return run(work)
