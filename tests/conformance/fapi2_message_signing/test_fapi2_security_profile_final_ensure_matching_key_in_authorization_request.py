"""A request object signed with another client's key is refused."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient, second_fapi: FapiClient) -> None:
    request = fapi.request()
    sent = jws.sign({}, fapi.object_claims(request), second_fapi.key)
    answer = fapi.push({"client_id": fapi.client_id, "request": sent})
    checks.denied(answer, "invalid_request", "invalid_request_object")
