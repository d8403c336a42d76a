"""A client can send its secret in the form of the token request."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_the_secret_can_be_sent_in_the_form(post_rp: BasicClient, citizen: Citizen) -> None:
    supported = post_rp.provider.metadata["token_endpoint_auth_methods_supported"]
    assert "client_secret_post" in supported
    post_rp.complete(citizen)
