"""A state that is only outside the pushed request is not used: none comes back."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_state_outside_alone_is_ignored(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request(state=None)
    answer = fapi.authorize(citizen, request, state="outside")
    assert "state" not in answer.params
    flow = fapi.settle(fapi.answered(answer, request), request)
    assert "s_hash" not in flow.id_token
