"""A client that must sign its requests cannot push plain parameters."""

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_plain_parameters_are_refused(fapi: FapiClient) -> None:
    checks.denied(fapi.push(fapi.request().params), "invalid_request")
