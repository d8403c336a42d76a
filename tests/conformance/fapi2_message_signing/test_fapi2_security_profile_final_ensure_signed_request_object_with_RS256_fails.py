"""A request object signed with RS256 is refused (FAPI 2.0 Security Profile section 5.4.1)."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_request_object_is_refused(fapi: FapiClient) -> None:
    request = fapi.request()
    sent = jws.sign({}, fapi.object_claims(request), fapi.key, "RS256")
    answer = fapi.push({"client_id": fapi.client_id, "request": sent})
    checks.denied(answer, "invalid_request_object")
