"""A bad redirect_uri beside a request object that holds a good one is an error page."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_bad_redirect_uri_outside_is_never_used(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request()
    inside = jws.unsigned({}, request | {"iss": rp.client_id, "aud": rp.provider.issuer})
    sent = request | {"request": inside, "redirect_uri": f"{request['redirect_uri']}/bad"}
    checks.error_page(newcomer.visit(rp.address(sent)), "bad_redirect_uri")
