"""A request object whose nbf is 70 minutes ago is refused."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    now = int(time.time())
    answer = fapi.push(fapi.pushable(fapi.request(), nbf=now - 70 * 60))
    checks.denied(answer, "invalid_request_object")
