"""The authorization endpoint takes the request in a form, too."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_posted_request_succeeds(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request()
    page = checks.login_page(rp.post(newcomer.browser, request))
    rp.settle(newcomer.finish(page), request)
