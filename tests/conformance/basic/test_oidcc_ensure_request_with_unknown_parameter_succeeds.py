"""Unknown parameters are ignored (RFC 6749 section 3.1)."""

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_an_unknown_parameter_is_ignored(rp: BasicClient, citizen: Citizen) -> None:
    flow = rp.complete(citizen, extra="foobar")
    assert "extra" not in flow.answer.params
