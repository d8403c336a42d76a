"""The verbs of the census and of the printer, as an operator runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from clavis_registry.settings import RegistrySettings

from services.registry.tests.citizens import ask_letter
from services.registry.tests.world import ANA, World

PERSON = {
    "national_id": ANA, "given_name": "Ana", "first_surname": "García", "birth_date": "1985-06-01",
    "document": {"kind": "dni", "issued_on": "2021-05-17", "expires_on": "2031-05-17"},
    "address": {"lines": ["Calle Mayor 1"], "postcode": "28013", "municipality": "Madrid",
                "province": "Madrid"},
}  # fmt: skip


def environment(settings: RegistrySettings) -> dict[str, str]:
    names = (name for name in settings.model_fields_set if name != "trusted_callers")
    values = {f"CLAVIS_REGISTRY_{name.upper()}": str(getattr(settings, name)) for name in names}
    return {**os.environ, **values}


@pytest.fixture
def verb(world: World) -> Any:
    def run(*arguments: str, text: str | None = None) -> Any:
        return subprocess.run(
            [sys.executable, "-m", "clavis_registry", *arguments], input=text, text=True,
            capture_output=True, check=False, timeout=300, env=environment(world.deps.settings),
        )  # fmt: skip

    return run


def letters_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.pdf"))


async def test_from_the_census_to_the_returned_letter(
    world: World, verb: Any, tmp_path: Path
) -> None:
    census = tmp_path / "census.jsonl"
    bad = {**PERSON, "national_id": "12345678A"}
    census.write_text("\n".join([json.dumps(PERSON), json.dumps(bad), "no json"]))
    taken = verb("census", "import", str(census))
    assert taken.stdout == "census: 1 taken, 2 refused\n"
    assert "entry 2: wrong-check-letter" in taken.stderr
    assert "12345678" not in taken.stderr
    await ask_letter(world)
    asked = verb("letters", "request", "-", "--reference", "C-1", text=f"{ANA}\n")
    assert "1 already_queued" in asked.stdout
    printed = verb("letters", "print", "--out", str(tmp_path))
    assert printed.stdout == "letters: 1 printed, 0 refused\n"
    [letter] = letters_in(tmp_path)
    assert letter.read_bytes().startswith(b"%PDF-")
    assert verb("letters", "print", "--out", str(tmp_path)).stdout.startswith("letters: 0 printed")
    assert verb("letters", "sent", "-", text=letter.stem).stdout == "letters: 1 sent, 0 refused\n"
    returned = verb("letters", "returned", "-", text=letter.stem)
    assert returned.stdout == "letters: 1 returned, 0 refused\n"
    assert await world.deps.pool.fetchval("SELECT state FROM letter") == "returned"


def test_letters_are_not_printed_into_nowhere(verb: Any, tmp_path: Path) -> None:
    nowhere = verb("letters", "print", "--out", str(tmp_path / "missing"))
    assert nowhere.returncode == 1
    assert "not a folder" in nowhere.stderr
