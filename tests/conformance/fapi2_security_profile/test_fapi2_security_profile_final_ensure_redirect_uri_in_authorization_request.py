"""The redirect_uri must be in the request although only one is registered."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_the_registered_address_is_not_guessed(fapi: FapiClient) -> None:
    assert len(fapi.registered.document["redirect_uris"]) == 1
    answer = fapi.push(fapi.pushable(fapi.request(redirect_uri=None)))
    checks.denied(answer, "invalid_request", "invalid_request_object")
