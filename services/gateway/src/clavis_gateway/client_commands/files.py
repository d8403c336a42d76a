"""The verbs that read a file: `client apply`, `client diff` and `client add`."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.registration import bundle, bundle_actions
from clavis_gateway.registration.actions import apply
from clavis_gateway.registration.bundle import BundleError, read_keys
from clavis_gateway.registration.members import unknown
from clavis_gateway.registration.plan import Kind, Step, told
from clavis_gateway.registration.schema import bundle_schema
from clavis_gateway.store import relying_parties

DIFFERENT = 3
_BUNDLES = {".yaml", ".yml"}


def apply_file(arguments: Namespace) -> int:
    """Bring relying parties to what a file says. Returns the exit code."""
    if arguments.file.suffix in _BUNDLES:
        return _bundle(arguments.file, dry_run=arguments.dry_run)
    if arguments.dry_run:
        say("client apply: --dry-run reads a bundle (.yaml)")
        return 2

    async def work(work: Work) -> None:
        for description in read_descriptions(arguments.file):
            changed = await apply(work.registrar, work.pool, description)
            say(f"{description['client_id']}: {', '.join(changed) or 'unchanged'}")

    return run(work, about=arguments.file.name)


def diff_bundle(arguments: Namespace) -> int:
    """Say what applying a bundle would do. Returns the exit code."""
    return _bundle(arguments.file, dry_run=True, tell=arguments.exit_code)


def _bundle(file: Path, *, dry_run: bool, tell: bool = False) -> int:
    async def work(work: Work) -> int:
        read = bundle.read(file)
        act = bundle_actions.diff if dry_run else bundle_actions.apply
        steps = await act(work.registrar, work.pool, read)
        for step in steps:
            say(*told(step))
        say(_summary(steps, dry_run=dry_run))
        return DIFFERENT if tell and any(step.writes for step in steps) else 0

    return run(work, about=file.name)


def _summary(steps: list[Step], *, dry_run: bool) -> str:
    counted = {kind: sum(step.kind is kind and step.writes for step in steps) for kind in Kind}
    verb = "would be" if dry_run else "were"
    return (
        f"{counted[Kind.ADD]} {verb} added, {counted[Kind.CHANGE] + counted[Kind.HELD]} changed,"
        f" {counted[Kind.SUSPEND]} suspended"
    )


def print_schema(_: Namespace) -> int:
    """Print the form of a bundle as JSON Schema. Returns the exit code."""
    say(json.dumps(bundle_schema(), indent=2))
    return 0


def add_file(arguments: Namespace) -> int:
    """Register a new relying party, making what it lacks, and print that once."""

    async def work(work: Work) -> None:
        for description in read_descriptions(arguments.file):
            await _add(work, description)

    return run(work, about=arguments.file.name)


async def _add(work: Work, description: dict[str, Any]) -> None:
    made = {}
    if "client_id" not in description:
        made["client_id"] = work.registrar.new_id()
    method = description.get("token_endpoint_auth_method", "client_secret_basic")
    if method in SECRET_METHODS and "client_secret" not in description:
        made["client_secret"] = work.registrar.new_secret()
    complete = description | made
    if await relying_parties.find(work.pool, str(complete["client_id"])) is not None:
        raise MetadataError(f"{complete['client_id']} exists already; use `client apply`")
    await apply(work.registrar, work.pool, complete)
    printed = {name: complete[name] for name in ("client_id", "client_secret") if name in complete}
    say(json.dumps(printed))


def read_descriptions(file: Path) -> list[dict[str, Any]]:
    """Read a JSON file; `jwks_file` is replaced by the key set it names, relative to the file.

    Raises MetadataError, BundleError, OSError.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError([f"not JSON: {error}"]) from error
    descriptions = content if isinstance(content, list) else [content]
    for description in descriptions:
        if not isinstance(description, dict):
            raise MetadataError("a client must be a JSON object")
        named = description.pop("jwks_file", None)
        if named is not None:
            description["jwks"] = read_keys(file.parent / str(named))
        # A word misspelt would otherwise be a wish that nobody hears.
        for name in unknown(description):
            raise MetadataError(f"{name} is not a known member")
    return descriptions
