"""The operator's verbs of a life: addresses, documents of the civil register, sealed proofs.

Feeds are files of JSON lines. A line told twice changes nothing; one that cannot be taken is named
by its number, never by the person.
"""

import argparse
import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path

from clavis_kit.errors import ServiceError
from clavis_kit.settings import KeyFileError
from pydantic import BaseModel, Field, ValidationError

from clavis_registry.actions.addresses import forget_address, keep_address
from clavis_registry.actions.document_changes import FeedOutcome, ToldDocument, refresh_document
from clavis_registry.actions.shared import canonical_id
from clavis_registry.commands.lines import read_lines
from clavis_registry.commands.running import run
from clavis_registry.deps import Deps
from clavis_registry.routes.inputs import DocumentIn, ShortText
from clavis_registry.sealing import read_certificates, verify
from clavis_registry.store.postal import PostalAddress

One = Callable[[Deps, str], Awaitable[str]]


class AddressLine(BaseModel):
    """The address on record of one person; without lines it is forgotten."""

    national_id: ShortText
    lines: list[ShortText] = Field(default_factory=list, max_length=4)
    postcode: str = Field(default="", pattern="^([0-9]{5})?$")
    municipality: ShortText = ""
    province: ShortText = ""


class DocumentLine(BaseModel):
    """The document that the civil register has for one person."""

    national_id: ShortText
    document: DocumentIn
    source_reference: ShortText = Field(min_length=1)


class AddressOutcome(StrEnum):
    """What a line of addresses did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FORGOTTEN = "forgotten"


def add_verbs(top: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the verbs."""
    addresses = top.add_parser("addresses", help="where letters go")
    verb = addresses.add_subparsers(required=True, metavar="VERB").add_parser(
        "import", help="take over a file of JSON lines, one address each"
    )
    verb.add_argument("file")
    verb.add_argument("--source", required=True, help="which register told it")
    verb.set_defaults(run=addresses_import)
    documents = top.add_parser("documents", help="documents of enrolled people")
    verb = documents.add_subparsers(required=True, metavar="VERB").add_parser(
        "refresh", help="take over a file of JSON lines, one document each"
    )
    verb.add_argument("file")
    verb.set_defaults(run=documents_refresh)
    proof = top.add_parser("proof", help="sealed proofs and receipts")
    verb = proof.add_subparsers(required=True, metavar="VERB").add_parser(
        "verify", help="judge the seal of a document"
    )
    verb.add_argument("file")
    verb.add_argument("--trust", required=True, help="certificates of the seal's issuers, PEM")
    verb.set_defaults(run=proof_verify)


def addresses_import(arguments: Namespace) -> int:
    """Take over addresses, of people who never enrolled as well: letters invite those."""

    async def one(deps: Deps, text: str) -> str:
        line = AddressLine.model_validate_json(text)
        return await _take_address(deps, line, arguments.source)

    return run(lambda deps: _each(deps, arguments.file, "addresses", one, list(AddressOutcome)))


async def _take_address(deps: Deps, line: AddressLine, source: str) -> str:
    key = deps.keys.national_id.of(canonical_id(line.national_id))
    async with deps.transaction() as unit:
        if not line.lines:
            gone = await forget_address(deps, unit, key, source)
            return AddressOutcome.FORGOTTEN if gone else AddressOutcome.UNCHANGED
        if not (line.postcode and line.municipality and line.province):
            return "refused"
        address = PostalAddress(tuple(line.lines), line.postcode, line.municipality, line.province)
        changed = await keep_address(deps, unit, key, address, source)
    return AddressOutcome.CHANGED if changed else AddressOutcome.UNCHANGED


def documents_refresh(arguments: Namespace) -> int:
    """Take over documents, so that people are asked what their present one says."""

    async def one(deps: Deps, text: str) -> str:
        line = DocumentLine.model_validate_json(text)
        told = ToldDocument(line.national_id, line.document.canonical(), line.source_reference)
        return await refresh_document(deps, told)

    return run(lambda deps: _each(deps, arguments.file, "documents", one, list(FeedOutcome)))


async def _each(deps: Deps, file: str, what: str, one: One, outcomes: list[str]) -> int:
    counts: Counter[str] = Counter()
    for number, text in enumerate(read_lines(file), start=1):
        outcome = await _judge(deps, number, text, one)
        counts[outcome] += 1
        if outcome in {FeedOutcome.UNKNOWN_PERSON, "refused"}:
            sys.stderr.write(f"line {number}: {outcome}\n")
    said = [f"{counts[outcome]} {outcome}" for outcome in (*outcomes, "refused")]
    sys.stdout.write(f"{what}: " + ", ".join(said) + "\n")
    return 1 if counts["refused"] else 0


async def _judge(deps: Deps, number: int, text: str, one: One) -> str:
    try:
        return await one(deps, text)
    except ServiceError as error:
        sys.stderr.write(f"line {number}: {error.code}\n")
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) or "line" for e in error.errors())
        sys.stderr.write(f"line {number}: invalid: {fields}\n")
    return "refused"


def proof_verify(arguments: Namespace) -> int:
    """Say whether a document is what was handed out: 0 when it is, 1 when not, 2 unreadable."""
    try:
        trusted = read_certificates(Path(arguments.trust))
        found = verify(Path(arguments.file).read_bytes(), trusted)
    except (KeyFileError, OSError) as error:
        sys.stderr.write(f"registry: {error}\n")
        return 2
    if found is None:
        sys.stderr.write("registry: the document carries no seal\n")
        return 2
    said = {
        "valid": found.valid,
        "unchanged": found.intact and found.whole,
        "trusted": found.trusted,
        "signer": found.signer,
        "sealed_at": found.sealed_at.isoformat() if found.sealed_at else None,
    }
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return 0 if found.valid else 1
