"""Two clients complete the flow, and a token is worth nothing with the other client's key.

The token is not taken from the query (FAPI 2.0 Security Profile section 5.3.4), and the resource
answers whatever the client accepts.
"""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_two_clients_complete_the_flow(
    fapi: FapiClient, second_fapi: FapiClient, citizen: Citizen
) -> None:
    first = fapi.complete(citizen)
    second = second_fapi.complete(citizen)
    assert first.access_token != second.access_token
    stolen = fapi.resource(second.access_token)
    assert stolen.status_code in {400, 401}
    if fapi.variant.dpop:
        assert second_fapi.nonce, "the second client's proofs must hold a nonce"


def test_the_token_is_not_taken_from_the_query(fapi: FapiClient, citizen: Citizen) -> None:
    flow = fapi.complete(citizen)
    address = fapi.metadata["userinfo_endpoint"]
    answer = fapi.http.get(address, params={"access_token": flow.access_token})
    assert answer.status_code in {400, 401, 403}


def test_the_resource_answers_whatever_is_accepted(fapi: FapiClient, citizen: Citizen) -> None:
    flow = fapi.complete(citizen)
    for accepted in ("application/json; charset=utf-8", "application/json, */*"):
        answer = fapi.resource(flow.access_token, headers={"Accept": accepted})
        fapi.resource_answers(answer, flow)
