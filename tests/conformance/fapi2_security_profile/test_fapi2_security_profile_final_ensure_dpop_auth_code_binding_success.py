"""A dpop_jkt that is the thumbprint of the proofs at PAR and token endpoint succeeds."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_one_key_all_along_succeeds(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request(dpop_jkt=fapi.dpop_key.kid)
    pushed = fapi.push(fapi.pushable(request), proof=lambda at: fapi.proof("POST", at))
    address = fapi.address(fapi.reference(pushed), request)
    code = fapi.answered(fapi.opened(citizen.enter(address), request), request)
    fapi.settle(code, request)
