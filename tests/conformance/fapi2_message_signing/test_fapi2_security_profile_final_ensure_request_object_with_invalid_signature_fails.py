"""A request object whose signature does not verify is refused."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    request = fapi.request()
    sent = jws.with_broken_signature(fapi.request_object(request))
    answer = fapi.push({"client_id": fapi.client_id, "request": sent})
    checks.denied(answer, "invalid_request_object")
