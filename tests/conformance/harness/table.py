"""The table of docs/conformance.md, made from the lists and the tests themselves."""

from pathlib import Path

from tests.conformance.harness import variants
from tests.conformance.harness.modules import Module, modules, read
from tests.conformance.harness.variants import Variant

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"
BEGIN, END = "<!-- modules: begin -->", "<!-- modules: end -->"


def table() -> str:
    """Write one section per plan."""
    return "\n".join(_section(key) for key in read())


def page() -> str:
    """Return the page with a fresh table."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def _section(key: str) -> str:
    entry = read()[key]
    lines = [f"### {entry['plan']}", ""]
    if "same_modules_as" in entry:
        other = read()[entry["same_modules_as"]]["plan"]
        return "\n".join(
            [*lines, f"The tests of {other}, each with `response_mode=form_post`.", ""]
        )
    fapi = key.startswith("fapi2")
    lines += ["| module | checks | state |", "|---|---|---|"]
    lines += [_row(one, key) for one in modules(key) if not fapi or _states(one, key)]
    return "\n".join([*lines, ""])


def _row(module: Module, key: str) -> str:
    link = f"[{module.name}](../{module.file.relative_to(PAGE.parents[1])})"
    return f"| {link} | {module.says} | {_states(module, key)} |"


def _states(module: Module, key: str) -> str:
    if key == "basic":
        return "asserted: query, form_post"
    if not key.startswith("fapi2"):
        return "asserted"
    chosen: tuple[Variant, ...] = getattr(variants, module.chosen)
    in_plan = [one for one in chosen if one.signing == (key == "fapi2-message-signing")]
    return f"asserted: {', '.join(one.name for one in in_plan)}" if in_plan else ""
