"""max_age=1 after two seconds shows the login page again; auth_time is there, newer and recent."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_login_too_long_ago_is_asked_again(rp: BasicClient, newcomer: Citizen) -> None:
    first = rp.complete(newcomer)
    while time.time() < first.id_token["auth_time"] + 2:
        time.sleep(0.2)
    request = rp.request(max_age="1")
    page = checks.login_page(newcomer.visit(rp.address(request)))
    second = rp.settle(newcomer.finish(page), request)
    assert newcomer.logins == 2
    assert second.id_token["auth_time"] > first.id_token["auth_time"]
    assert abs(time.time() - second.id_token["auth_time"]) < 60
