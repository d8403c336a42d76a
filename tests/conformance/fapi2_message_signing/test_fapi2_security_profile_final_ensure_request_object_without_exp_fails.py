"""A request object without exp is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    answer = fapi.push(fapi.pushable(fapi.request(), exp=None))
    checks.denied(answer, "invalid_request_object")
