"""A plain code flow works: hard-to-guess code and tokens, an ID token with only what was asked."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_code_flow_works(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    checks.without_the_person(flow.id_token)
    assert "email" not in rp.userinfo(flow.access_token).json()
    assert flow.tokens["scope"] == "openid"
