"""A request_uri is worth nothing after its expires_in.

It was pushed when the run began, so that nobody waits for it here.
"""

from tests.conformance.conftest import Aged
from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_an_expired_request_uri_is_refused(fapi: FapiClient, citizen: Citizen, aged: Aged) -> None:
    aged.wait(aged.expires_in + 2)
    address = fapi.address(aged.reference, aged.request)
    checks.error_page(citizen.visit(address), "request_expired", "invalid_request_uri")
