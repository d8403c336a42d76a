"""Without response_type the request is refused, by an error page or an error to the client."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_request_without_response_type_is_refused(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request(response_type=None)
    answer = newcomer.visit(rp.address(request))
    rp.refused(answer, request, "invalid_request", "unsupported_response_type")
