"""response_type=token is refused: only the code comes through the browser."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_the_response_type_is_refused(fapi: FapiClient) -> None:
    answer = fapi.push(fapi.pushable(fapi.request(response_type="token")))
    checks.denied(answer, "unsupported_response_type", "invalid_request", "unauthorized_client")
