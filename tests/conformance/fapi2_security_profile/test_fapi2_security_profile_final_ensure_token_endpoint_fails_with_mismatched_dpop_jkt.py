"""A code bound by dpop_jkt is worth nothing with a proof of another key."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.jws import new_key
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_another_key_than_dpop_jkt_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request(dpop_jkt=fapi.dpop_key.kid)
    code = fapi.code(citizen, request)
    proof = fapi.proof("POST", fapi.metadata["token_endpoint"], key=new_key())
    answer = fapi.token(code, request, proof=proof)
    checks.denied(answer, "invalid_grant", "invalid_request", "invalid_dpop_proof")
