"""Unsigned ID tokens are optional: who does not offer them never sends one.

The suite runs this module where `none` is among the advertised algorithms. Ours is not, so the
registration that asks for it must be refused and an ordinary token must be signed.
"""

import json
from pathlib import Path

import pytest

from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.processes import DemoError
from dev.seed.clients import apply_bundle
from tests.conformance.harness import jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.provider import Provider
from tests.conformance.harness.registration import basic_client


def test_no_unsigned_id_token_can_be_had(rp: BasicClient, citizen: Citizen) -> None:
    assert "none" not in rp.provider.metadata["id_token_signing_alg_values_supported"]
    assert jws.read(rp.complete(citizen).tokens["id_token"])[0]["alg"] != "none"


def test_no_client_can_register_for_one(provider: Provider, tmp_path: Path) -> None:
    wish = basic_client("suite-unsigned", id_token_signed_response_alg="none").document
    file = tmp_path / "client.json"
    file.write_text(json.dumps([wish]))
    layout = Layout(provider.demo.base, provider.demo.directory, tls=True)
    with pytest.raises(DemoError, match="id_token_signed_response_alg"):
        apply_bundle(layout, Infrastructure(layout), file)
