"""A request object by reference is refused as request_uri_not_supported, as discovery says."""

import secrets

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.registration import SUITE


def test_a_request_uri_of_the_client_is_refused_by_name(rp: BasicClient, newcomer: Citizen) -> None:
    assert rp.provider.metadata["request_uri_parameter_supported"] is False
    request = rp.request(request_uri=f"{SUITE}request-object#{secrets.token_hex(16)}")
    rp.refused(newcomer.visit(rp.address(request)), request, "request_uri_not_supported")
