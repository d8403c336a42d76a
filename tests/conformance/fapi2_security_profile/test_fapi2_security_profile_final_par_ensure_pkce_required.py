"""A request without a code_challenge is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_a_request_without_pkce_is_refused(fapi: FapiClient) -> None:
    request = fapi.request(code_challenge=None, code_challenge_method=None)
    checks.denied(fapi.push(fapi.pushable(request)), "invalid_request")
