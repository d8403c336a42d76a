"""A state outside the pushed request is ignored: the one inside comes back."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_the_state_outside_is_ignored(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    answer = fapi.authorize(citizen, request, state="another-state")
    fapi.settle(fapi.answered(answer, request), request)
