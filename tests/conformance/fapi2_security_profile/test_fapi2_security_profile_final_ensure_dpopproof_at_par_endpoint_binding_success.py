"""A code bound by a proof at PAR is redeemed with the same key."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_the_key_of_par_redeems_the_code(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    pushed = fapi.push(fapi.pushable(request), proof=lambda at: fapi.proof("POST", at))
    address = fapi.address(fapi.reference(pushed), request)
    code = fapi.answered(fapi.opened(citizen.enter(address), request), request)
    fapi.settle(code, request)
