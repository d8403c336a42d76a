"""A request_uri is worth nothing with another client_id (RFC 9126 section 2.2)."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_another_client_cannot_use_the_reference(
    fapi: FapiClient, second_fapi: FapiClient, citizen: Citizen
) -> None:
    request = fapi.request()
    reference = fapi.pushed(request)
    address = second_fapi.address(reference, request)
    checks.error_page(citizen.visit(address), "invalid_request_uri")
