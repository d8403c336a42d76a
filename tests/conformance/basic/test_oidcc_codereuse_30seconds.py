"""A code used again after 30 s is invalid_grant, and what it gave first is revoked.

It was used for the first time when the run began, so that nobody waits for it here.
"""

import time

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient, Flow


def test_the_second_use_of_a_code_revokes_what_it_gave(
    rp: BasicClient, spent: tuple[Flow, float]
) -> None:
    flow, since = spent
    while time.monotonic() < since + 30:
        time.sleep(0.2)
    if time.monotonic() < since + flow.tokens["expires_in"] - 30:
        checks.userinfo(rp.userinfo(flow.access_token), flow.id_token["sub"])
    checks.denied(rp.exchange(flow.code, flow.request), "invalid_grant")
    assert rp.userinfo(flow.access_token).status_code == 401
