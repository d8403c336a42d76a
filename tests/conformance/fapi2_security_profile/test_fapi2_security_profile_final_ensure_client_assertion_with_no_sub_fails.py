"""A client assertion without a sub is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_an_assertion_without_sub_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    form = fapi.authentication(fapi.assertion(sub=None))
    checks.denied(fapi.token(code, request, **form), "invalid_client", "invalid_request")
