"""Userinfo answers a POST with the token in the form (RFC 6750 section 2.2), as JSON."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_userinfo_takes_the_token_from_the_form(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen)
    address = rp.provider.metadata["userinfo_endpoint"]
    answer = rp.provider.http.post(address, data={"access_token": flow.access_token})
    checks.userinfo(answer, flow.id_token["sub"])
