"""A request object whose audience is a list with the issuer in it is accepted."""

from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import SIGNED

VARIANTS = SIGNED


def test_the_issuer_among_others_is_accepted(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    audience = [fapi.provider.issuer, "https://other.example"]
    address = fapi.bare_address(fapi.pushed(request, aud=audience))
    answer = fapi.opened(citizen.enter(address), request)
    fapi.settle(fapi.answered(answer, request), request)
