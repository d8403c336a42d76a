"""The scheme of the Authorization header is compared without case (RFC 9110 section 11.1)."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_the_scheme_may_be_spelled_in_any_case(fapi: FapiClient, citizen: Citizen) -> None:
    flow = fapi.complete(citizen)
    scheme = str(flow.tokens["token_type"])
    for spelled in (scheme.swapcase(), scheme.lower(), scheme.upper()):
        fapi.resource_answers(fapi.resource(flow.access_token, scheme=spelled), flow)
