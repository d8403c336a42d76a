"""The order of scopes (RFC 6749 section 3.3) and of parameters does not matter."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_order_of_scopes_and_parameters_does_not_matter(
    rp: BasicClient, citizen: Citizen
) -> None:
    usual = rp.request(scope="email openid")
    request = dict(reversed(usual.items()))
    flow = rp.settle(citizen.enter(rp.address(request)), request)
    claims = checks.userinfo(rp.userinfo(flow.access_token), flow.id_token["sub"])
    checks.scopes_returned(claims, ["email"], rp.provider.metadata["claims_supported"])
    checks.without_the_person(flow.id_token)
    assert "name" not in claims
