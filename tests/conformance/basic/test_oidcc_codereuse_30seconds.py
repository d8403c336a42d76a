"""A code used again later is invalid_grant, and what it gave first is revoked.

The suite waits 30 s to give a slow provider time. Here a second use is refused and its tokens are
dead at once, which is more than is asked for, so nothing is waited for.
"""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_second_use_of_a_code_revokes_what_it_gave(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    checks.denied(rp.exchange(flow.code, flow.request), "invalid_grant")
    assert rp.userinfo(flow.access_token).status_code == 401
