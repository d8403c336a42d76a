"""A client assertion whose nbf is more than 60 s ahead is refused."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_a_clock_far_ahead_is_refused(fapi: FapiClient) -> None:
    def early() -> dict[str, str]:
        at = int(time.time()) + 65
        return fapi.authentication(fapi.assertion(iat=at, nbf=at, exp=at + 60))

    answer = fapi.push(fapi.pushable(fapi.request()), authentication=early)
    checks.denied(answer, "invalid_client")
