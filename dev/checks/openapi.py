"""Writes docs/api/<service>.json from the code. With --check, says what differs and exits 1."""

import argparse
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.keys import ensure_keys
from dev.layout import Layout
from dev.pki import ensure_certificates
from dev.services import CORE, DEFAULT_PORT_BASE

TARGET = Path(__file__).resolve().parents[2] / "docs" / "api"


def build(name: str, layout: Layout) -> FastAPI:
    """Build one service's application with the keys of a layout."""
    os.environ.update(environment_of(layout, Infrastructure(layout), name))
    settings = import_module(f"clavis_{name}.settings")
    model = getattr(settings, f"{name.capitalize()}Settings")
    app: FastAPI = import_module(f"clavis_{name}.app").create_app(model())
    return app


def describe(name: str, layout: Layout) -> dict[str, Any]:
    """Return the OpenAPI document of one service."""
    document: dict[str, Any] = build(name, layout).openapi()
    return document


def render() -> dict[str, str]:
    """Return the documents of all services by file name."""
    with tempfile.TemporaryDirectory() as scratch:
        layout = Layout(DEFAULT_PORT_BASE, Path(scratch))
        ensure_keys(layout.directory)
        ensure_certificates(layout)
        return {
            f"{service.name}.json": json.dumps(describe(service.name, layout), indent=1) + "\n"
            for service in CORE
        }


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="report drift, write nothing")
    check = parser.parse_args().check
    TARGET.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, text in render().items():
        file = TARGET / name
        if not file.exists() or file.read_text() != text:
            stale.append(name)
            if not check:
                file.write_text(text)
    verb = "differs from the code" if check else "written"
    sys.stdout.writelines(f"docs/api/{name} {verb}\n" for name in stale)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
