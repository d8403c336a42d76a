import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from clavis_testkit.pki import create_demo_pki

from dev import demo_file
from dev.keys import ensure_keys
from dev.layout import Layout
from dev.seed.clients import demo_clients


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    directory = tmp_path_factory.mktemp("demo")
    layout = Layout(9400, directory)
    ensure_keys(directory)
    create_demo_pki(directory / "pki", now=datetime.now(UTC))
    return layout


def test_demo_json_has_the_shape_that_scripts_rely_on(layout: Layout) -> None:
    demo_file.write(layout)
    path = layout.file("demo.json")
    document = json.loads(path.read_text())
    assert path.stat().st_mode & 0o077 == 0
    assert document["addresses"]["gateway"] == "http://localhost:9400"
    assert document["addresses"]["demo-high"] == "http://localhost:9413"
    for person in document["people"]:
        assert person.keys() >= {
            "name", "national_id", "contrast", "level", "status", "phone", "email",
            "password", "activation_code",
        }  # fmt: skip
    for certificate in document["certificates"]:
        assert Path(certificate["file"]).exists()
        assert Path(certificate["key_file"]).exists()
    assert {certificate["kind"] for certificate in document["certificates"]} >= {
        "fnmt", "dnie", "representative", "expired", "revoked", "unknown_issuer",
    }  # fmt: skip


def test_every_promised_relying_party_is_there(layout: Layout) -> None:
    document = demo_file.describe(layout, date(2026, 11, 22))
    clients = {client["client_id"]: client for client in document["clients"]}
    assert clients.keys() == {
        "demo-web", "demo-post", "demo-spa", "demo-fapi", "demo-high", "demo-signer",
        "demo-substantial", "demo-mtls", "portal", "office-console",
    }  # fmt: skip
    assert clients["demo-web"]["token_endpoint_auth_method"] == "client_secret_basic"
    assert len(clients["demo-web"]["client_secret"]) >= 32
    assert clients["demo-spa"]["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in clients["demo-spa"]
    private = json.loads(Path(clients["demo-fapi"]["jwks_file"]).read_text())
    assert "d" in private["keys"][0]


def test_no_private_key_is_registered(layout: Layout) -> None:
    for client in demo_clients(layout):
        keys = client.document().get("jwks", {}).get("keys", [])
        assert all("d" not in key for key in keys)


def test_keys_are_made_once_and_only_their_owner_reads_them(layout: Layout) -> None:
    files = [path for path in layout.file("keys").iterdir() if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    ensure_keys(layout.directory)
    assert {path: path.read_bytes() for path in files} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert len(set(before.values())) == len(before)
