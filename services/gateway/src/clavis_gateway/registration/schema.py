"""The form of a bundle as JSON Schema, for editors and pipelines. Pure."""

from __future__ import annotations

from typing import Any

from clavis_kit.loa import Loa

from clavis_gateway.registration.bundle import LIST, REFERENCES, VERSION
from clavis_gateway.registration.members import schemas, tagged_names
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.registration_states import State

_ELSEWHERE = ("client_secret", "status")  # secrets are referred to, states are `state`


def bundle_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) that every bundle meets."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Relying parties of a Clavis gateway",
        "type": "object",
        "required": ["version", "name", LIST],
        "additionalProperties": False,
        "properties": {
            "version": {"const": VERSION},
            "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"},
            LIST: {"type": "array", "items": _party()},
        },
    }


def _party() -> dict[str, Any]:
    properties = {name: one for name, one in schemas().items() if name not in _ELSEWHERE}
    properties |= {name: {"type": "string"} for name in REFERENCES}
    properties["profile"] = {"enum": ["basic", "fapi2"]}
    properties["state"] = {"enum": [state.value for state in State]}
    properties["minimum_loa"] = {"enum": [level.name.lower() for level in Loa]}
    properties["allowed_methods"] = {
        "type": "array",
        "items": {"enum": [method.value for method in Method]},
    }
    properties["rotation_overlap"] = {"type": "string", "pattern": "^[0-9]{1,6}[dhms]$"}
    properties["claim_purposes"] = {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    return {
        "type": "object",
        "required": ["client_id", "state"],
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": {
            f"^{name}#[A-Za-z0-9-]+$": {"type": "string"} for name in tagged_names()
        },
    }
