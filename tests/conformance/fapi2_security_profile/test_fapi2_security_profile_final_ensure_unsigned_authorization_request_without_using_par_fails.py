"""A request in the query instead of PAR is refused."""

import httpx

from tests.conformance.harness.browser import Callback
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_request_in_the_query_is_refused(fapi: FapiClient, newcomer: Citizen) -> None:
    request = fapi.request(response_mode=None)
    place = fapi.provider.metadata["authorization_endpoint"]
    answer = newcomer.visit(str(httpx.URL(place, params=request.params)))
    assert isinstance(answer, Callback)
    fapi.refused(answer, request, "invalid_request")
