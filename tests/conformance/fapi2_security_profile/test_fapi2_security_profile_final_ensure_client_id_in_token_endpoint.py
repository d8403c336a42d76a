"""A code presented as the second client, authenticated with the first one's key, is refused."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_one_client_cannot_speak_as_another(
    fapi: FapiClient, second_fapi: FapiClient, citizen: Citizen
) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    other = second_fapi.client_id
    form = fapi.authentication(fapi.assertion(iss=other, sub=other)) | {"client_id": other}
    answer = fapi.token(code, request, **form)
    checks.denied(answer, "invalid_client", "invalid_grant")
