"""A code older than a minute is invalid_grant (FAPI 2.0 Security Profile section 5.3.2.1).

It was obtained when the run began, so that nobody waits for it here.
"""

from tests.conformance.conftest import Aged
from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient

LONGEST_SECONDS = 62


def test_an_old_code_is_refused(fapi: FapiClient, aged: Aged) -> None:
    aged.wait(LONGEST_SECONDS)
    checks.denied(fapi.token(aged.code, aged.request), "invalid_grant")
