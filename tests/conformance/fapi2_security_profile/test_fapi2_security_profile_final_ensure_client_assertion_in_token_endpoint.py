"""A token request without a client assertion is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_a_client_that_proves_nothing_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    answer = fapi.token(code, request, client_id=fapi.client_id)
    checks.denied(answer, "invalid_client", "invalid_request")
