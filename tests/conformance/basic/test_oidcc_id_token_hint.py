"""prompt=none with the last ID token as id_token_hint answers for the same person and auth_time."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.browser import Callback
from tests.conformance.harness.citizen import Citizen


def test_the_hinted_person_is_answered_for(rp: BasicClient, citizen: Citizen) -> None:
    first = rp.complete(citizen)
    request = rp.request(prompt="none", id_token_hint=first.tokens["id_token"])
    answer = citizen.visit(rp.address(request))
    assert isinstance(answer, Callback), "a page was shown"
    second = rp.settle(answer, request)
    assert second.id_token["sub"] == first.id_token["sub"]
    assert second.id_token["auth_time"] == first.id_token["auth_time"]
