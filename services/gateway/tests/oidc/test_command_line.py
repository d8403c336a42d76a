"""The operator's verbs, run as an operator runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clavis_gateway.store import refusals
from clavis_gateway.store.refusals import Refusal
from clavis_kit.db import open_pool
from clavis_testkit.service_databases import Database

from services.gateway.tests.oidc.conftest import emptied
from services.gateway.tests.oidc.gateway_world import ISSUER, registration


def gateway(made: Database, *arguments: str, **settings: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "CLAVIS_GATEWAY_DATABASE_URL": made.dsn, "CLAVIS_GATEWAY_PUBLIC_URL": ISSUER,
        "CLAVIS_GATEWAY_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        **{f"CLAVIS_GATEWAY_{name}_URL": ISSUER for name in ("REGISTRY", "PIN", "PERMANENT")},
        **{f"CLAVIS_GATEWAY_{name.upper()}": str(value) for name, value in settings.items()},
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "clavis_gateway", *arguments],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


async def test_client_apply_says_what_changed(
    gateway_database: Database, gateway_keys: dict[str, Path], tmp_path: Path
) -> None:
    await emptied(gateway_database)
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([registration("one"), registration("two")]))
    first = gateway(gateway_database, "client", "apply", str(file), **gateway_keys)
    assert (first.returncode, first.stdout) == (0, "one: new\ntwo: new\n"), first.stderr
    file.write_text(json.dumps([registration("one", sso_allowed=False), registration("two")]))
    second = gateway(gateway_database, "client", "apply", str(file), **gateway_keys)
    assert second.stdout == "one: sso_allowed\ntwo: unchanged\n"


async def test_client_add_prints_what_it_made_once(
    gateway_database: Database, gateway_keys: dict[str, Path], tmp_path: Path
) -> None:
    await emptied(gateway_database)
    file = tmp_path / "client.json"
    file.write_text(json.dumps(registration(client_id=None, client_secret=None)))
    added = gateway(gateway_database, "client", "add", str(file), **gateway_keys)
    made: dict[str, Any] = json.loads(added.stdout)
    assert made.keys() == {"client_id", "client_secret"}
    assert len(made["client_secret"]) >= 43
    file.write_text(json.dumps(registration(client_id=made["client_id"])))
    again = gateway(gateway_database, "client", "add", str(file), **gateway_keys)
    assert again.returncode == 1
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    "content", ["{", "[7]", '{"client_id": "x", "jwks_file": "none.json"}', '{"client_id": 7}']
)
async def test_a_broken_file_is_one_sentence(
    gateway_database: Database, gateway_keys: dict[str, Path], tmp_path: Path, content: str
) -> None:
    file = tmp_path / "client.json"
    file.write_text(content)
    refused = gateway(gateway_database, "client", "apply", str(file), **gateway_keys)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


async def test_keys_rotate_moves_the_next_keys_up(
    gateway_database: Database, gateway_keys: dict[str, Path]
) -> None:
    rotated = gateway(gateway_database, "keys", "rotate", PORT=Path("1"), **gateway_keys)
    assert rotated.returncode == 0, rotated.stderr


async def test_client_refusals_prints_what_was_refused(
    gateway_database: Database, gateway_keys: dict[str, Path], tmp_path: Path
) -> None:
    await emptied(gateway_database)
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([registration("one")]))
    gateway(gateway_database, "client", "apply", str(file), **gateway_keys)
    pool = await open_pool(gateway_database.dsn, 1)
    now = datetime.now(UTC)
    refusal = Refusal(
        refusal_id="r1", client_id="one", occurred_at=now, endpoint="/token", rule="code_verifier",
        error="invalid_grant", authenticated=True, parameters={"code": "present"}, request_id="q",
    )  # fmt: skip
    await refusals.add(pool, [refusal])
    await pool.close()
    told = gateway(gateway_database, "client", "refusals", "one", **gateway_keys)
    assert (told.returncode, json.loads(told.stdout)["rule"]) == (0, "code_verifier"), told.stderr
    none = gateway(gateway_database, "client", "refusals", "one", "--rule", "scope", **gateway_keys)
    assert (none.returncode, none.stdout) == (0, "")
    wrong = gateway(gateway_database, "client", "refusals", "one", "--limit", "x", **gateway_keys)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
