"""The verbs of `client`, run as an operator runs them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clavis_gateway
import pytest
from clavis_gateway.__main__ import main
from clavis_gateway.registration.bundle import parse
from clavis_gateway.registration.members import OPERATOR, STANDARD
from clavis_gateway.registration.schema import bundle_schema
from clavis_kit.ids import new_id
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.service_databases import Database

from services.gateway.tests.oidc.conftest import emptied
from services.gateway.tests.oidc.gateway_world import ISSUER

SOURCES = Path(clavis_gateway.__file__).parent
EXAMPLE = SOURCES.parents[3] / "docs" / "relying-parties" / "bundle.example.yaml"
SECRET = "from-the-environment-" + "s" * 40
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a verb; return its exit code, what it printed, and what it complained of."""
    run_sync(emptied(gateway_database))
    settings = {"database_url": gateway_database.dsn, "public_url": ISSUER, **gateway_keys}
    for name, value in settings.items():
        monkeypatch.setenv(f"CLAVIS_GATEWAY_{name.upper()}", str(value))
    monkeypatch.setenv("BIBLIOTECA_SECRET", SECRET)

    def verb(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["clavis_gateway", "client", *arguments])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main()
        said = capsys.readouterr()
        return code, said.out, said.err

    return verb


def test_the_example_is_told_applied_and_then_unchanged(run: Run) -> None:
    dry = run("apply", "--dry-run", str(EXAMPLE))
    assert dry[0] == 0, dry[2]
    assert "+ padron is added" in dry[1]
    assert dry[1].endswith("2 would be added, 0 changed, 0 suspended\n")
    assert run("diff", "--exit-code", str(EXAMPLE))[0] == 3
    applied = run("apply", str(EXAMPLE))
    assert applied[1].endswith("2 were added, 0 changed, 0 suspended\n")
    again = run("diff", "--exit-code", str(EXAMPLE))
    assert again[0] == 0
    assert "= padron unchanged" in again[1]
    assert SECRET not in dry[1] + applied[1] + again[1]


def test_a_wrong_bundle_is_told_line_by_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bundle.yaml"
    file.write_text("{version: 1, name: a, relying_parties: [{client_id: a, oops: 1}, 7]}")
    code, out, err = run("apply", str(file))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "bundle.yaml: relying_parties[0].oops is not a known member",
        "bundle.yaml: relying_parties[0].state is missing",
        "bundle.yaml: relying_parties[1] must be a mapping",
    ]


def test_the_life_of_one_relying_party(run: Run) -> None:
    run("apply", str(EXAMPLE))
    assert run("list", "--state", "test")[1] == "biblioteca\ttest\tbasic\tbundle:villaclara\n"
    shown = json.loads(run("show", "biblioteca")[1])
    assert shown["client_name"] == "Biblioteca"
    rotated = json.loads(run("rotate-secret", "biblioteca", "--overlap", "7d")[1])
    listed = run("secrets", "biblioteca")[1].splitlines()
    assert len(listed) == 2
    assert rotated["client_secret"] not in "".join(listed)
    assert run("end-secret", "biblioteca", rotated["secret_id"])[0] == 0
    assert run("state", "biblioteca", "production")[1] == "biblioteca: test -> production\n"
    refused = run("state", "biblioteca", "draft")
    assert (refused[0], "cannot go from production to draft" in refused[2]) == (1, True)
    actions = [json.loads(line)["action"] for line in run("changes", "biblioteca")[1].splitlines()]
    assert actions == ["state", "end_secret", "rotate_secret", "bundle"]
    assert run("show", "nobody")[0] == 1


def test_testers_by_number_are_typed_and_never_an_argument(run: Run) -> None:
    run("apply", str(EXAMPLE))
    subject = new_id()
    assert run("tester", "add", "biblioteca", "--subject", subject)[1] == "done\n"
    assert run("tester", "add", "biblioteca", "--national-id", typed="00000001R\n")[1] == "done\n"
    listed = run("tester", "list", "biblioteca")[1]
    assert subject in listed
    assert "00000001R" not in listed
    wrong = run("tester", "add", "biblioteca", "--national-id", typed="7\n")
    assert (wrong[0], wrong[2]) == (1, "client: the national identity number is not valid\n")
    assert run("tester", "remove", "biblioteca", "--subject", subject)[1] == "done\n"


def test_initial_access_tokens(run: Run) -> None:
    made = json.loads(run("token", "issue", "--label", "Diputación", "--uses", "3")[1])
    listed = run("token", "list")[1]
    assert made["token_id"] in listed
    assert "3 uses left" in listed
    assert made["initial_access_token"] not in listed
    assert run("token", "revoke", made["token_id"])[1] == "revoked\n"
    assert "nothing to do" in run("token", "revoke", made["token_id"])[1]


def test_the_reading_token_of_a_relying_party(run: Run) -> None:
    run("apply", str(EXAMPLE))
    assert run("reading-token", "show", "biblioteca")[1] == "none\n"
    made = json.loads(run("reading-token", "issue", "biblioteca", "--life", "30d")[1])
    shown = run("reading-token", "show", "biblioteca")[1]
    assert made["expires_at"][:10] in shown
    assert made["reading_token"] not in shown
    assert run("reading-token", "revoke", "biblioteca")[1] == "revoked\n"
    assert "nothing to do" in run("reading-token", "revoke", "biblioteca")[1]
    refused = run("reading-token", "issue", "biblioteca", "--life", "366d")
    assert (refused[0], refused[2]) == (1, "client: a reading token lives up to 365 days\n")
    assert run("reading-token", "show", "nobody")[0] == 1


def test_the_schema_knows_what_is_known_and_the_example_keeps_to_it(run: Run) -> None:
    schema: dict[str, Any] = json.loads(run("schema")[1])
    assert schema == bundle_schema()
    party = schema["properties"]["relying_parties"]["items"]
    for described in parse(
        EXAMPLE.read_bytes(), EXAMPLE.parent, {"BIBLIOTECA_SECRET": SECRET}
    ).parties:
        for member in described.description.keys() - {"client_secret"}:
            tagged = any(re.match(pattern, member) for pattern in party["patternProperties"])
            assert member in party["properties"] or tagged


def test_every_member_that_is_read_anywhere_is_a_known_one() -> None:
    """What a bundle could not hold, nobody could be asked to register."""
    read = re.compile(r'metadata(?:\.get\(|\[)"([a-z_0-9]+)"')
    names = {name for file in SOURCES.rglob("*.py") for name in read.findall(file.read_text())}
    assert names - STANDARD.keys() - OPERATOR.keys() == set()
