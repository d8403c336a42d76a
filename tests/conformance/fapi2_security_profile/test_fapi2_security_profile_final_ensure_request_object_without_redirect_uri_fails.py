"""A pushed request without a redirect_uri is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_a_request_without_redirect_uri_is_refused(fapi: FapiClient) -> None:
    answer = fapi.push(fapi.pushable(fapi.request(redirect_uri=None)))
    checks.denied(answer, "invalid_request", "invalid_request_object")
