"""A request without a state succeeds, and none comes back."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_request_without_state_succeeds(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request(state=None)
    answer = fapi.authorize(citizen, request)
    assert "state" not in answer.params
    flow = fapi.settle(fapi.answered(answer, request), request)
    assert "s_hash" not in flow.id_token
