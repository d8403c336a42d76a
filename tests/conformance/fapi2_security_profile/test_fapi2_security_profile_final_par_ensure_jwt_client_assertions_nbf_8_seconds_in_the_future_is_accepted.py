"""A client assertion whose iat and nbf are 8 s ahead is accepted."""

import time

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_clocks_may_differ_by_eight_seconds(fapi: FapiClient, citizen: Citizen) -> None:
    def early() -> dict[str, str]:
        at = int(time.time()) + 8
        return fapi.authentication(fapi.assertion(iat=at, nbf=at, exp=at + 60))

    request = fapi.request()
    reference = fapi.reference(fapi.push(fapi.pushable(request), authentication=early))
    answer = fapi.opened(citizen.enter(fapi.address(reference, request)), request)
    fapi.settle(fapi.answered(answer, request), request)
