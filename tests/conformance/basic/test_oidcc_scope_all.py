"""The claims of all standard scopes at once come from userinfo and not in the ID token."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen

ALL = ["profile", "email", "phone", "address"]


def test_userinfo_returns_the_claims_of_all_scopes(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen, scope=" ".join(["openid", *ALL]))
    claims = checks.userinfo(rp.userinfo(flow.access_token), flow.id_token["sub"])
    checks.scopes_returned(claims, ALL, rp.provider.metadata["claims_supported"])
    checks.without_the_person(flow.id_token)
