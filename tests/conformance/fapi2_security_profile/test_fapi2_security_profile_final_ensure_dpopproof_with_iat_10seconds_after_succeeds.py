"""DPoP proofs whose iat is 10 s in the future are accepted at PAR, token endpoint and resource."""

import time

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_clocks_may_differ_by_ten_seconds(fapi: FapiClient, citizen: Citizen) -> None:
    at = int(time.time()) + 10
    request = fapi.request()
    pushed = fapi.push(
        fapi.pushable(request), proof=lambda address: fapi.proof("POST", address, iat=at)
    )
    address = fapi.address(fapi.reference(pushed), request)
    code = fapi.answered(fapi.opened(citizen.enter(address), request), request)
    proof = fapi.proof("POST", fapi.metadata["token_endpoint"], iat=at)
    flow = fapi.read(fapi.token(code, request, proof=proof), code, request)
    token = flow.access_token
    answer = fapi.resource(
        token, proofs=lambda place: [fapi.proof("GET", place, access_token=token, iat=at)]
    )
    fapi.resource_answers(answer, flow)
