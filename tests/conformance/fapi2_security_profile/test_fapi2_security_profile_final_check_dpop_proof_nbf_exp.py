"""DPoP proofs that hold nbf and exp, too, are accepted by the token endpoint and the resource."""

import time
from typing import Any

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


def test_proofs_may_hold_nbf_and_exp(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    now = int(time.time())
    times: dict[str, Any] = {"nbf": now, "exp": now + 60}
    proof = fapi.proof("POST", fapi.metadata["token_endpoint"], **times)
    flow = fapi.read(fapi.token(code, request, proof=proof), code, request)
    token = flow.access_token
    answer = fapi.resource(
        token, proofs=lambda at: [fapi.proof("GET", at, access_token=token, **times)]
    )
    fapi.resource_answers(answer, flow)
