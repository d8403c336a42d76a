"""The code_challenge_method plain is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_plain_pkce_is_refused(fapi: FapiClient) -> None:
    verifier = fapi.request().verifier
    request = fapi.request(code_challenge=verifier, code_challenge_method="plain")
    checks.denied(fapi.push(fapi.pushable(request)), "invalid_request")
