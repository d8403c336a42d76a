"""A token request without the code_verifier is invalid_grant (RFC 7636 section 4.6)."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_the_verifier_is_required(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    checks.denied(fapi.token(code, request, code_verifier=None), "invalid_grant")
