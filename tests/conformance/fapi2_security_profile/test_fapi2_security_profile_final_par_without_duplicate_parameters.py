"""With nothing but client_id and request_uri in the address the flow succeeds."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_two_parameters_are_enough(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    address = fapi.bare_address(fapi.pushed(request))
    answer = fapi.opened(citizen.enter(address), request)
    fapi.settle(fapi.answered(answer, request), request)
