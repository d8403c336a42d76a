"""A state of 1000 characters comes back whole."""

import secrets

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_long_state_comes_back(fapi: FapiClient, citizen: Citizen) -> None:
    fapi.complete(citizen, fapi.request(state=secrets.token_hex(500)))
