"""A request_uri whose login page was only looked at is good for another visit."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_a_reloaded_page_still_leads_to_an_answer(fapi: FapiClient, newcomer: Citizen) -> None:
    request = fapi.request()
    address = fapi.address(fapi.pushed(request), request)
    checks.login_page(newcomer.visit(address))
    page = checks.login_page(newcomer.visit(address))
    answer = fapi.opened(newcomer.finish(page), request)
    fapi.settle(fapi.answered(answer, request), request)
