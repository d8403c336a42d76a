"""A nonce of 384 characters comes back whole."""

import secrets

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_long_nonce_comes_back(fapi: FapiClient, citizen: Citizen) -> None:
    nonce = secrets.token_hex(192)
    assert fapi.complete(citizen, fapi.request(nonce=nonce)).id_token["nonce"] == nonce
