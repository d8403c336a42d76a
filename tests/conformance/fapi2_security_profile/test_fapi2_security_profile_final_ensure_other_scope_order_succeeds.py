"""The order of scopes does not matter (RFC 6749 section 3.3)."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_the_order_of_scopes_does_not_matter(fapi: FapiClient, citizen: Citizen) -> None:
    fapi.complete(citizen, fapi.request(scope="profile openid"))
