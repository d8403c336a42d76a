"""prompt=login shows the login page although there is a session, and auth_time moves on."""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_prompt_login_asks_again(rp: BasicClient, newcomer: Citizen) -> None:
    first = rp.complete(newcomer)
    time.sleep(1)  # auth_time counts whole seconds
    request = rp.request(prompt="login")
    page = checks.login_page(newcomer.visit(rp.address(request)))
    second = rp.settle(newcomer.finish(page), request)
    assert newcomer.logins == 2
    assert second.id_token["auth_time"] > first.id_token["auth_time"]
    assert second.id_token["sub"] == first.id_token["sub"]
