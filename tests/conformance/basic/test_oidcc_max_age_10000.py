"""max_age=15000 and then 10000 are met by the session; auth_time is in both ID tokens, the same."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_recent_login_is_not_asked_again(rp: BasicClient, citizen: Citizen) -> None:
    first = rp.complete(citizen, max_age="15000")
    logins = citizen.logins
    second = rp.complete(citizen, max_age="10000")
    assert citizen.logins == logins
    assert second.id_token["auth_time"] == first.id_token["auth_time"]
    assert second.id_token["sub"] == first.id_token["sub"]
