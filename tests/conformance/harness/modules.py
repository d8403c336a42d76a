"""The module names of the plans, and which file here stands for each."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Module:
    """One module of the suite in one plan."""

    plan: str
    name: str
    folder: str

    @property
    def file(self) -> Path:
        """The test, by the name of the module."""
        return HERE / self.folder / f"test_{self.name.replace('-', '_')}.py"

    def tree(self) -> ast.Module:
        """Read the test."""
        return ast.parse(self.file.read_text(encoding="utf-8"))

    @property
    def says(self) -> str:
        """What the module checks, in one sentence."""
        return (ast.get_docstring(self.tree()) or "").partition("\n")[0]

    @property
    def chosen(self) -> str:
        """The name of the variants it runs in, where the test names some."""
        for node in self.tree().body:
            match node:
                case ast.Assign(targets=[ast.Name(id="VARIANTS")], value=ast.Name(id=name)):
                    return name
        return "ALL"


def read() -> dict[str, Any]:
    """Return the lists."""
    plans: dict[str, Any] = json.loads((HERE / "modules.json").read_text(encoding="utf-8"))
    return plans


def modules(plan: str) -> list[Module]:
    """Return the modules of a plan, in its order, with those that it shares with another."""
    plans = read()
    entry = plans[plan]
    shared = entry.get("same_modules_as") or entry.get("and_modules_of")
    own = [
        Module(plan, entry["prefix"] + name, entry["folder"]) for name in entry.get("modules", ())
    ]
    taken = [Module(plan, one.name, one.folder) for one in modules(shared)] if shared else []
    return taken + own
