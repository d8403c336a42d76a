"""A person who presses cancel sends access_denied to the client, for both clients."""

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_cancel_is_access_denied(
    fapi: FapiClient, second_fapi: FapiClient, newcomer: Citizen
) -> None:
    for client in (fapi, second_fapi):
        request = client.request()
        address = client.address(client.pushed(request), request)
        page = checks.login_page(newcomer.visit(address))
        answer = newcomer.press(page, "cancel")
        client.refused(client.opened(newcomer.finish(answer), request), request, "access_denied")
