"""The code_challenge_method plain is refused."""

import secrets

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_plain_pkce_is_refused(fapi: FapiClient) -> None:
    # As long as an S256 challenge: nothing but the method is wrong with it.
    verifier = secrets.token_urlsafe(32)
    request = fapi.request(code_challenge=verifier, code_challenge_method="plain")
    checks.denied(fapi.push(fapi.pushable(request)), "invalid_request")


def test_a_challenge_without_a_method_is_refused(fapi: FapiClient) -> None:
    # RFC 7636 section 4.3: an absent method means plain.
    request = fapi.request(code_challenge_method=None)
    checks.denied(fapi.push(fapi.pushable(request)), "invalid_request")
