"""Userinfo answers a GET with the token in the Authorization header, as JSON."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_userinfo_answers_a_get(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    checks.userinfo(rp.userinfo(flow.access_token, "GET"), flow.id_token["sub"])
