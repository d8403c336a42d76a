"""A code works once: the second use is invalid_grant."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_second_use_of_a_code_is_an_error(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    checks.denied(rp.exchange(flow.code, flow.request), "invalid_grant")
