"""An essential claim asked of userinfo comes from there and not in the ID token."""

import json

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_an_essential_claim_comes_from_userinfo(rp: BasicClient, citizen: Citizen) -> None:
    assert rp.provider.metadata["claims_parameter_supported"] is True
    wish = {"userinfo": {"name": {"essential": True}}}
    flow = rp.complete(citizen, claims=json.dumps(wish))
    claims = checks.userinfo(rp.userinfo(flow.access_token), flow.id_token["sub"])
    assert claims["name"] == citizen.person["name"]
    assert "name" not in flow.id_token
