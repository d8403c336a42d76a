"""A bundle: relying parties as one YAML file that an operator keeps under version control.

The file is read as plain data; nothing in it can name a type, and nothing secret stands in it. What
is wrong is said with the path of the member, all faults at once.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from clavis_kit import strict_json

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration.durations import span
from clavis_gateway.registration.keys import public_keys
from clavis_gateway.registration.members import unknown

VERSION = 1
MAXIMUM_BYTES = 2_000_000
LIST = "relying_parties"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Members a bundle has beside those of a description: where to find what does not stand in it.
REFERENCES = ("jwks_file", "client_secret_file", "client_secret_env", "rotation_overlap")


class BundleError(ValueError):
    """A bundle that cannot be taken; one line a fault, each beginning with its path."""

    def __init__(self, faults: list[str]) -> None:
        """Keep every fault."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Described:
    """One relying party of a bundle, with what it referred to."""

    path: str
    description: dict[str, Any]
    overlap: timedelta
    """How long a replaced secret or key still holds."""

    @property
    def client_id(self) -> str:
        """The identifier by which it is found again."""
        return str(self.description["client_id"])


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file says of all its relying parties."""

    name: str
    parties: tuple[Described, ...]


class _Loader(yaml.SafeLoader):
    """Plain data only: no aliases, no dates, and each name once in a mapping."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: they can unfold to any size, and hide what a line says."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(
                None,
                None,
                "aliases are not read",
                self.peek_event().start_mark,  # type: ignore[no-untyped-call]  # untyped there
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a name that comes twice: which of the two counts would be a guess."""
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for place, name in enumerate(names):
            if not isinstance(name, str) or name in names[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name} must come once, and be a text: quote it", mark
                )
        return dict(super().construct_mapping(node, deep=deep))


# YAML 1.1 reads dates out of plain words; here they stay the text that was written.
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path, environment: Mapping[str, str] | None = None) -> Bundle:
    """Read a bundle and what it refers to. Raises BundleError, OSError."""
    return parse(file.read_bytes(), file.parent, os.environ if environment is None else environment)


def parse(text: bytes, folder: Path, environment: Mapping[str, str]) -> Bundle:
    """Read a bundle's text; files it names are relative to `folder`. Raises BundleError."""
    if len(text) > MAXIMUM_BYTES:
        raise BundleError([f"the file has more than {MAXIMUM_BYTES} bytes"])
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader, stricter
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BundleError([_place(error)]) from error
    faults = _frame_faults(document)
    if faults:
        raise BundleError(faults)
    parties = []
    for place, entry in enumerate(document[LIST]):
        try:
            parties.append(_described(f"{LIST}[{place}]", entry, folder, environment))
        except BundleError as error:
            faults += error.faults
    identifiers = [party.client_id for party in parties]
    repeated = {name for name in identifiers if identifiers.count(name) > 1}
    faults += [f"{LIST}: {name} comes more than once" for name in sorted(repeated)]
    if faults:
        raise BundleError(faults)
    return Bundle(document["name"], tuple(parties))


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "the file is not YAML"
    return f"line {mark.line + 1}, column {mark.column + 1}: {said}" if mark else said


def _frame_faults(document: object) -> list[str]:
    if not isinstance(document, dict):
        return ["the file must be a mapping with version, name and relying_parties"]
    faults = [
        f"{name} is not a member of a bundle"
        for name in sorted(document.keys() - {"version", "name", LIST})
    ]
    if document.get("version") != VERSION:
        faults.append(f"version must be {VERSION}")
    if not isinstance(document.get("name"), str) or not _NAME.fullmatch(document["name"]):
        faults.append("name must be of small letters, digits, dots, dashes and underscores")
    if not isinstance(document.get(LIST), list):
        faults.append(f"{LIST} must be a list")
    return faults


def _described(path: str, entry: object, folder: Path, environment: Mapping[str, str]) -> Described:
    if not isinstance(entry, dict):
        raise BundleError([f"{path} must be a mapping"])
    faults = [f"{path}.{name} is not a known member" for name in unknown(entry, REFERENCES)]
    faults += [f"{path}.{name} is missing" for name in ("client_id", "state") if name not in entry]
    for forbidden, instead in (("client_secret", "client_secret_file"), ("status", "state")):
        if forbidden in entry:
            faults.append(f"{path}.{forbidden} does not stand in a bundle: use {instead}")
    if faults:
        raise BundleError(faults)
    description = {name: value for name, value in entry.items() if name not in REFERENCES}
    try:
        overlap = span(entry.get("rotation_overlap", "0s"))
        description |= referred(entry, folder, environment)
    except (MetadataError, OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise BundleError([f"{path}: {said}"]) from error
    return Described(path, description, overlap)


def referred(
    entry: Mapping[str, Any], folder: Path, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Read what a description refers to: its key set and its secret. Raises MetadataError."""
    found: dict[str, Any] = {}
    if "jwks_file" in entry:
        if "jwks" in entry:
            raise MetadataError("jwks_file and jwks must not both be present")
        found["jwks"] = read_keys(_file(entry, "jwks_file", folder))
    if "client_secret_file" in entry and "client_secret_env" in entry:
        raise MetadataError("client_secret_file and client_secret_env must not both be present")
    if "client_secret_file" in entry:
        found["client_secret"] = _file(entry, "client_secret_file", folder).read_text().strip()
    if "client_secret_env" in entry:
        name = entry["client_secret_env"]
        if not isinstance(name, str) or name not in environment:
            raise MetadataError("client_secret_env names no variable of the environment")
        found["client_secret"] = environment[name]
    return found


def _file(entry: Mapping[str, Any], member: str, folder: Path) -> Path:
    named = entry[member]
    if not isinstance(named, str) or not (folder / named).is_file():
        raise MetadataError(f"{member} names no file")
    return folder / named


def read_keys(file: Path) -> dict[str, Any]:
    """Read a key set from a file, without its private members. Raises MetadataError, OSError."""
    try:
        content = strict_json.loads(file.read_bytes())
        return public_keys(content)
    except (strict_json.JsonRefusedError, json.JSONDecodeError) as error:
        raise MetadataError(f"jwks_file {file.name} is not JSON") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise MetadataError(f"jwks_file {file.name} is no key set") from error
