"""A client assertion that expired five minutes ago is refused."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_an_expired_assertion_is_refused(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    now = int(time.time())
    form = fapi.authentication(fapi.assertion(iat=now - 360, exp=now - 300))
    checks.denied(fapi.token(code, request, **form), "invalid_client")
