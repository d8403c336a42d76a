"""The ID token is signed with RS256 by a published key that its kid names."""

from tests.conformance.harness import jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_id_token_is_signed_with_a_published_key(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    header, _ = jws.verify(flow.tokens["id_token"], rp.provider.jwks())
    assert header["alg"] == "RS256"
    assert header["kid"]
