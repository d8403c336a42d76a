"""A request object with alg none is refused."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    request = fapi.request()
    sent = jws.unsigned({}, fapi.object_claims(request))
    answer = fapi.push({"client_id": fapi.client_id, "request": sent})
    checks.denied(answer, "invalid_request_object")
