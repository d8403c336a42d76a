"""A nonce of 64 characters comes back whole."""

import secrets

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_nonce_of_64_characters_comes_back(fapi: FapiClient, citizen: Citizen) -> None:
    nonce = secrets.token_hex(32)
    assert fapi.complete(citizen, fapi.request(nonce=nonce)).id_token["nonce"] == nonce
