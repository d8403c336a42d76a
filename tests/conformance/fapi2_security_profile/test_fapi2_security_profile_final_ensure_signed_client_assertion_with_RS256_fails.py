"""A client assertion signed with RS256 is refused (FAPI 2.0 Security Profile section 5.4.1)."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_rs256_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    form = fapi.authentication(fapi.assertion(alg="RS256"))
    checks.denied(fapi.token(code, request, **form), "invalid_client")
