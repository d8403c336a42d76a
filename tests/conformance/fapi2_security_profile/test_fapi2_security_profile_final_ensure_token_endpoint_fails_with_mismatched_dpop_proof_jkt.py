"""A code bound by a proof at PAR is worth nothing with a proof of another key."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.jws import new_key
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_another_key_than_at_par_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    pushed = fapi.push(fapi.pushable(request), proof=lambda at: fapi.proof("POST", at))
    address = fapi.address(fapi.reference(pushed), request)
    code = fapi.answered(fapi.opened(citizen.enter(address), request), request)
    proof = fapi.proof("POST", fapi.metadata["token_endpoint"], key=new_key())
    answer = fapi.token(code, request, proof=proof)
    checks.denied(answer, "invalid_grant", "invalid_request", "invalid_dpop_proof")
