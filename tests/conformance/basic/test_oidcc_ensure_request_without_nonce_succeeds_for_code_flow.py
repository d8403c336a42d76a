"""In the code flow a nonce is optional, and without one the ID token holds none."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_a_request_without_nonce_succeeds(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen, nonce=None)
    assert "nonce" not in flow.id_token
