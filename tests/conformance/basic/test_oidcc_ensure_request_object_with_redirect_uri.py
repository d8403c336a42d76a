"""A bad redirect_uri beside a request object with a good one is never used."""

from tests.conformance.harness import checks, jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_bad_redirect_uri_outside_is_never_used(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request()
    inside = jws.unsigned({}, request | {"iss": rp.client_id, "aud": rp.provider.issuer})
    sent = request | {"request": inside, "redirect_uri": f"{request['redirect_uri']}/bad"}
    answer = newcomer.visit(rp.address(sent))
    checks.error_page(answer, "bad_redirect_uri", "invalid_request_object")


def test_the_redirect_uri_of_a_signed_object_is_the_one_used(
    rp: BasicClient, citizen: Citizen
) -> None:
    request = rp.request()
    sent = {
        "client_id": rp.client_id,
        "scope": request["scope"],
        "response_type": "code",
        "redirect_uri": f"{request['redirect_uri']}/bad",
        "request": rp.request_object(request),
    }
    rp.settle(citizen.enter(rp.address(sent)), request)
