"""A token request with another code_verifier is invalid_grant (RFC 7636 section 4.6)."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_another_verifier_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    other = fapi.request().verifier
    checks.denied(fapi.token(code, request, code_verifier=other), "invalid_grant")
