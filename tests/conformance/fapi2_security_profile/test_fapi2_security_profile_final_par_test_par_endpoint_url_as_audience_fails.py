"""A client assertion for the PAR endpoint's address is refused: the audience is the issuer."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


def test_the_audience_is_refused(fapi: FapiClient) -> None:
    said = fapi.provider.metadata, fapi.metadata
    for audience in {one["pushed_authorization_request_endpoint"] for one in said}:
        form = fapi.authentication(fapi.assertion(aud=audience))
        answer = fapi.push(fapi.pushable(fapi.request()), authentication=form.copy)
        checks.denied(answer, "invalid_client")
