"""A request_uri that led to an answer works no more."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_used_request_uri_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    address = fapi.address(fapi.pushed(request), request)
    answer = fapi.opened(citizen.enter(address), request)
    fapi.settle(fapi.answered(answer, request), request)
    checks.error_page(citizen.visit(address), "request_expired")
