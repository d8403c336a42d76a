"""A dpop_jkt that is not the thumbprint of the proof at PAR is refused (RFC 9449 section 10.1)."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.jws import new_key
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_a_dpop_jkt_of_another_key_is_refused(fapi: FapiClient) -> None:
    request = fapi.request(dpop_jkt=new_key().kid)
    answer = fapi.push(fapi.pushable(request), proof=lambda at: fapi.proof("POST", at))
    checks.denied(answer, "invalid_request", "invalid_dpop_proof")
