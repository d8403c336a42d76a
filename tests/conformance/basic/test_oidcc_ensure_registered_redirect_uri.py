"""An unregistered redirect_uri gets an error page, never a redirect."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_an_unregistered_redirect_uri_is_a_page(rp: BasicClient, newcomer: Citizen) -> None:
    for added in ("/extra", "?a=b", "/../callback", "#f"):
        request = rp.request(redirect_uri=rp.registered.redirect_uri + added)
        checks.error_page(newcomer.visit(rp.address(request)), "bad_redirect_uri")
