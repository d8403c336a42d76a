"""A request_uri cannot be pushed (RFC 9126 section 2.1)."""

import secrets

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_a_pushed_request_uri_is_refused(fapi: FapiClient) -> None:
    reference = "urn:ietf:params:oauth:request_uri:" + secrets.token_urlsafe(32)
    form = fapi.pushable(fapi.request()) | {"request_uri": reference}
    errors = ("invalid_request", "invalid_request_object", "request_uri_not_supported")
    checks.denied(fapi.push(form), *errors)
