"""Every refusal has a name that never changes, a sentence and a way out, in code and docs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import clavis_gateway
from clavis_gateway.oidc.refusals.catalogue import BY_NAME, RULES

SOURCE = Path(clavis_gateway.__file__).parent
PAGE = Path(__file__).parents[4] / "docs" / "relying-parties" / "refusals.md"
# What makes an error, and at which place its sentence stands.
MAKERS = {
    "OAuthError": 1, "invalid_request": 0, "invalid_grant": 0, "invalid_client": 0,
    "PageFaultError": 1, "refused": 0, "_challenge": 1, "_refused": 0,
}  # fmt: skip
# Outcomes of a login, not faults of a request: they reach the relying party as their code alone.
OUTCOMES = {
    "login_required", "consent_required", "interaction_required", "access_denied",
    "temporarily_unavailable", "server_error",
}  # fmt: skip


def makers() -> Iterator[tuple[Path, ast.Call, str]]:
    for file in sorted((SOURCE / "oidc").rglob("*.py")):
        if file.name.startswith("of_"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in MAKERS:
                    yield file, node, name


def strings(node: ast.AST) -> set[str]:
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_refusal_in_the_code_has_its_rule() -> None:
    known = {text for rule in RULES for text in rule.texts}
    unnamed = []
    for file, call, name in makers():
        rule = next((k.value for k in call.keywords if k.arg == "rule"), None)
        named = strings(rule) if rule else set()
        if named and named <= BY_NAME.keys():
            continue
        sentence = call.args[MAKERS[name]] if len(call.args) > MAKERS[name] else None
        if sentence is None or not isinstance(sentence, ast.Constant) or strings(call) & OUTCOMES:
            continue
        private = next((k.value for k in call.keywords if k.arg == "private"), None)
        said = {sentence.value} | (strings(private) if private else set())
        if not said & known:
            unnamed.append(f"{file.name}:{call.lineno}: {sentence.value}")
    assert unnamed == [], "\n".join(unnamed)


def test_every_rule_is_one_that_something_breaks() -> None:
    written = {
        text
        for file in SOURCE.rglob("*.py")
        if not file.name.startswith("of_")
        for text in strings(ast.parse(file.read_text()))
    }
    # Sentences put together from parts, and those of the library that judges grants.
    whole = written | {
        "the assertion's iat is in the future", "the assertion's nbf is in the future",
        "The scope openid is needed.", "Missing 'code_verifier'", "Invalid 'code_verifier'",
        "Code challenge failed.", "Invalid 'code' in request.",
        "Invalid 'redirect_uri' in request.",
    }  # fmt: skip
    dead = {
        rule.name: text
        for rule in RULES
        for text in rule.texts
        if text not in whole and rule.name not in written
    }
    assert dead == {}


def test_every_name_that_the_code_gives_is_one_of_the_catalogue() -> None:
    given = {
        name
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS
        for keyword in node.keywords
        if keyword.arg == "rule"
        for name in strings(keyword.value)
    }
    assert given, "the code names rules"
    assert given - BY_NAME.keys() == set()


def test_names_are_unique_and_shown_with_a_sentence_and_a_way_out() -> None:
    assert len(BY_NAME) == len(RULES)
    for rule in RULES:
        assert rule.name.replace("_", "").isalnum()
        assert rule.name.islower()
        assert rule.sentence[0].isupper()
        assert rule.sentence.endswith(".")
        assert rule.advice.endswith(".")


def test_the_page_lists_the_same_rules() -> None:
    table = PAGE.read_text().partition("| rule | code |")[2]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{rule.name}` | `{rule.error}` | {rule.sentence} | {rule.advice} |" for rule in RULES
    ]
