"""acr_values with all that are supported succeeds, and the acr in the ID token is one of them."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_acr_values_are_no_error(rp: BasicClient, citizen: Citizen) -> None:
    values = rp.provider.metadata["acr_values_supported"]
    flow = rp.complete(citizen, acr_values=" ".join(values))
    assert flow.id_token["acr"] in values
