"""The back-channel plan has a client that takes logout tokens."""

import pytest

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.provider import Provider
from tests.conformance.harness.suite import Suite


@pytest.fixture
def logout_rp(provider: Provider, suite: Suite) -> BasicClient:
    """The client with a backchannel_logout_uri."""
    return BasicClient(provider, suite.clients["suite-backchannel"])
