"""A code is worth nothing to another client."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_another_client_cannot_redeem_the_code(
    fapi: FapiClient, second_fapi: FapiClient, citizen: Citizen
) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    answer = second_fapi.token(code, request)
    checks.denied(answer, "invalid_grant")
    assert answer.status_code == 400
