"""An expired request object is refused."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    now = int(time.time())
    answer = fapi.push(fapi.pushable(fapi.request(), nbf=now - 600, exp=now - 300))
    checks.denied(answer, "invalid_request_object")
