"""A client assertion for the PAR endpoint's address is refused: the audience is the issuer."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_the_audience_is_refused(fapi: FapiClient) -> None:
    audience = fapi.metadata["pushed_authorization_request_endpoint"]
    answer = fapi.push(
        fapi.pushable(fapi.request()),
        authentication=lambda: fapi.authentication(fapi.assertion(aud=audience)),
    )
    checks.denied(answer, "invalid_client")
