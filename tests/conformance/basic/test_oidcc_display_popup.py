"""display=popup does not result in an error: the login page comes and the flow ends well."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_display_popup_is_no_error(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request(display="popup")
    page = checks.login_page(newcomer.visit(rp.address(request)))
    rp.settle(newcomer.finish(page), request)
