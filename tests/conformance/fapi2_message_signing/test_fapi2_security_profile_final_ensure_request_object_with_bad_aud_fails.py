"""A request object for another audience is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    answer = fapi.push(fapi.pushable(fapi.request(), aud="https://other.example"))
    checks.denied(answer, "invalid_request_object")
