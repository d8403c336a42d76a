"""A request object that holds a request_uri is refused (RFC 9101 section 4)."""

import secrets

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_a_reference_within_an_object_is_refused(fapi: FapiClient) -> None:
    reference = "urn:ietf:params:oauth:request_uri:" + secrets.token_urlsafe(32)
    answer = fapi.push(fapi.pushable(fapi.request(), request_uri=reference))
    checks.denied(answer, "invalid_request_object")
