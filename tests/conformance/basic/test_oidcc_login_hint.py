"""A login_hint does not result in an error."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_login_hint_is_no_error(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request(login_hint=newcomer.person["national_id"])
    page = checks.login_page(newcomer.visit(rp.address(request)))
    rp.settle(newcomer.finish(page), request)
