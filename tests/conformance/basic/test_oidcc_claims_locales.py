"""claims_locales does not result in an error."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_claims_locales_are_no_error(rp: BasicClient, citizen: Citizen) -> None:
    rp.complete(citizen, claims_locales="se")
