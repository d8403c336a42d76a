"""A request object whose nbf is 8 s ahead is accepted."""

import time

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_clocks_may_differ_by_eight_seconds(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    reference = fapi.pushed(request, nbf=int(time.time()) + 8)
    answer = fapi.opened(citizen.enter(fapi.address(reference, request)), request)
    fapi.settle(fapi.answered(answer, request), request)
