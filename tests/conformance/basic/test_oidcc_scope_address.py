"""All supported claims of scope address come from userinfo, and none in the ID token."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_userinfo_returns_the_claims_of_the_scope(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen, scope="openid address")
    claims = checks.userinfo(rp.userinfo(flow.access_token), flow.id_token["sub"])
    checks.scopes_returned(claims, ["address"], rp.provider.metadata["claims_supported"])
    assert "address" in rp.provider.metadata["scopes_supported"]
    checks.without_the_person(flow.id_token)
