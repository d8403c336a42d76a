"""A code used again is invalid_grant, and what it gave first is revoked."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_the_second_use_of_a_code_revokes_what_it_gave(fapi: FapiClient, citizen: Citizen) -> None:
    flow = fapi.complete(citizen)
    time.sleep(1)
    checks.denied(fapi.token(flow.code, flow.request), "invalid_grant")
    assert fapi.resource(flow.access_token).status_code == 401
