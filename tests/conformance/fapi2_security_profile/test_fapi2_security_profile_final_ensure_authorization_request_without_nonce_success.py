"""A request without a nonce succeeds, and the ID token holds none."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_request_without_nonce_succeeds(fapi: FapiClient, citizen: Citizen) -> None:
    flow = fapi.complete(citizen, fapi.request(nonce=None))
    assert "nonce" not in flow.id_token
