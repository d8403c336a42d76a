"""What hostile callers send, and what every answer to it must be like."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
from clavis_testkit.newcomers import NOBODY

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '"><img src=x onerror=alert(1)>'
HOSTILE = {
    "sql": "'; DROP TABLE person; --",
    "sql-or": "' OR '1'='1",
    "html": SCRIPT,
    "attribute": ATTRIBUTE,
    "template": "{{7*7}}${7*7}#{7*7}%s%n",
    "nul": "a\x00b",
    "line-breaks": "a\r\nSet-Cookie: x=1\r\n\r\n" + SCRIPT,
    "right-to-left": "\u202e\u200b\ufeff",
    "other-digits": "١٢٣٤٥٦٧٨Z",
    "astral": "🂡" * 300,
    "long": "x" * 20_000,
    "path": "../../../../etc/passwd",
    "empty": "",
    "blank": " \t ",
}
# What no form can send, but JSON can.
HOSTILE_JSON: dict[str, Any] = HOSTILE | {
    "lone-surrogate": "\ud800",
    "null": None,
    "number": 7,
    "huge-number": 10**400,
    "float": 1e308,
    "true-as-text": "true",
    "list": [],
    "object": {"$ne": 1},
    "deep": json.loads("[" * 200 + "]" * 200),
}
_TRACES = re.compile(
    r"Traceback|\.py\b|asyncpg|pydantic|starlette|uvicorn|SELECT |INSERT INTO|relation \"|at 0x"
)


def assert_safe(answer: httpx.Response, context: object) -> None:
    """No failure of ours, no trace, no markup of theirs, and a type of answer people can read."""
    said = f"{context}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 500:
        assert answer.status_code in {501, 503}, said
        assert answer.status_code == 501 or "retry-after" in answer.headers, said
    assert not _TRACES.search(answer.text.replace("/static/", "")), said
    assert "set-cookie: x=1" not in str(answer.headers).lower(), said
    if "html" in answer.headers.get("content-type", ""):
        assert SCRIPT not in answer.text, said
        assert "<img src=x" not in answer.text, said
    elif answer.status_code >= 400 and answer.content:
        assert "json" in answer.headers["content-type"], said
        assert {"code", "error"} & set(answer.json()), said


def error_code(page: httpx.Response) -> str | None:
    """Return the stable code of the error that a page shows."""
    found = re.search(r'data-code="([^"]+)"', page.text)
    return found[1] if found else None


def example(schema: dict[str, Any], spec: dict[str, Any]) -> Any:
    """Make a value that a JSON schema of OpenAPI allows, or nearly.

    Booleans are false, or the first true would renounce; numbers are those of nobody, or the people
    of the demo would soon be locked out.
    """
    schema = resolve(schema, spec)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], spec)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: example(part, spec) for name, part in properties.items()}
        case "array":
            return [example(schema.get("items", {}), spec)]
        case kind:
            return {"integer": 1, "number": 1, "boolean": False}.get(str(kind), _text(schema))


def _text(schema: dict[str, Any]) -> str:
    formats = {"date": "2001-02-03", "date-time": "2001-02-03T04:05:06Z", "password": "000000"}
    if "const" in schema:
        return str(schema["const"])
    if "format" in schema:
        return formats.get(schema["format"], "00000000-0000-4000-8000-000000000000")
    pattern = schema.get("pattern", "")
    text = "es" if "es|" in pattern else "0" * 64 if "{64}" in pattern else NOBODY
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "0")


def resolve(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to where the schema is."""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = spec["components"]["schemas"][name]
    return schema


def spoiled(document: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the document once per member, at any depth, with that member replaced."""
    if isinstance(document, dict):
        for name, inner in document.items():
            yield name, document | {name: value}
            for path, changed in spoiled(inner, value):
                yield f"{name}.{path}", document | {name: changed}
