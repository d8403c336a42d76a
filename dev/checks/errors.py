"""Every problem code that the services can answer is explained in docs/errors.md."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"
SOURCES = ("libs/kit/src", "services")
MAKERS = {"ServiceError", "problem"}
CODE = re.compile(r"[a-z]+(-[a-z]+)+|overloaded")
EXPLAINED = re.compile(r"^\| `([a-z_-]+)` \|", re.MULTILINE)


def codes_of(tree: ast.AST) -> Iterator[str]:
    """Yield the codes that a module raises or tabulates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            is_base_call = name == "__init__"
            if (name in MAKERS or is_base_call) and node.args:
                yield from _literal(node.args[0])
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(value, ast.Tuple) and _is_status(value):
                    yield from _literal(key)


def _literal(node: ast.expr | None) -> Iterator[str]:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str) and CODE.fullmatch(value):
        yield value


def _is_status(node: ast.Tuple) -> bool:
    first = node.elts[0] if node.elts else None
    return isinstance(first, ast.Constant) and isinstance(first.value, int)


def codes() -> set[str]:
    """Return the codes of all services."""
    modules = [
        path
        for source in SOURCES
        for path in (ROOT / source).rglob("*.py")
        if "tests" not in path.parts
    ]
    return {code for path in modules for code in codes_of(ast.parse(path.read_text()))}


def main() -> int:
    """Compare the code with the page."""
    explained = set(EXPLAINED.findall(PAGE.read_text()))
    missing = sorted(codes() - explained)
    sys.stdout.writelines(f"docs/errors.md does not explain {code}\n" for code in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
