"""No module without a test, no test without a module, and a table that says so."""

import json
import re
from pathlib import Path

import pytest

from tests.conformance.__main__ import write_suite
from tests.conformance.harness.modules import HERE, Module, modules, read
from tests.conformance.harness.table import PAGE, page

EVERY = [module for plan in read() for module in modules(plan)]


@pytest.mark.parametrize("module", EVERY, ids=lambda one: f"{one.plan}:{one.name}")
def test_a_module_has_a_test_that_says_what_it_checks(module: Module) -> None:
    assert module.file.is_file()
    assert module.says.endswith((".", ":"))


def test_no_test_stands_for_a_module_that_is_not_listed() -> None:
    folders = {module.folder for module in EVERY}
    here = {file for folder in folders for file in (HERE / folder).glob("test_*.py")}
    assert here == {module.file for module in EVERY}


def test_the_plans_are_as_long_as_the_suites() -> None:
    counts = {plan: len(entry.get("modules", [])) for plan, entry in read().items()}
    assert counts == {
        "config": 1,
        "basic": 38,
        "formpost-basic": 0,
        "rp-initiated-logout": 11,
        "backchannel": 2,
        "fapi2-security-profile": 57,
        "fapi2-message-signing": 14,
    }


def test_the_page_holds_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.conformance table"


def test_the_suite_is_given_what_it_needs(tmp_path: Path) -> None:
    folder = tmp_path / "suite"
    write_suite(folder, "https://localhost:9443", "https://suite.example:8443")
    clients = {one["client_id"]: one for one in json.loads((folder / "clients.json").read_text())}
    for file in folder.glob("*.json"):
        if file.name == "clients.json":
            continue
        told = json.loads(file.read_text())
        assert told["server"]["discoveryUrl"].startswith("https://localhost:9443/.well-known/")
        for name in {"client", "client2", "client_secret_post"} & told.keys():
            registered = clients[told[name]["client_id"]]
            assert registered["redirect_uris"][0].startswith("https://suite.example:8443/test/a/")
            assert registered.get("client_secret") == told[name].get("client_secret")
            keys = {key["kid"] for key in registered["jwks"]["keys"]}
            assert {key["kid"] for key in told[name].get("jwks", {"keys": []})["keys"]} <= keys
    named = set(re.findall(r"`([\w-]+\.json)`", PAGE.read_text(encoding="utf-8")))
    assert named == {file.name for file in folder.glob("*.json")} - {"clients.json"}
