"""A request object that lives 70 minutes is refused: 60 after nbf is the longest."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    now = int(time.time())
    answer = fapi.push(fapi.pushable(fapi.request(), exp=now + 70 * 60))
    checks.denied(answer, "invalid_request_object")
