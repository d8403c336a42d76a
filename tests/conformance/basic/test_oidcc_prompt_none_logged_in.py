"""prompt=none with a session answers without a page: same person, same auth_time."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.browser import Callback
from tests.conformance.harness.citizen import Citizen


def test_prompt_none_with_a_session_answers(rp: BasicClient, citizen: Citizen) -> None:
    first = rp.complete(citizen)
    request = rp.request(prompt="none")
    answer = citizen.visit(rp.address(request))
    assert isinstance(answer, Callback), "a page was shown"
    second = rp.settle(answer, request)
    assert second.id_token["sub"] == first.id_token["sub"]
    assert second.id_token["auth_time"] == first.id_token["auth_time"]
