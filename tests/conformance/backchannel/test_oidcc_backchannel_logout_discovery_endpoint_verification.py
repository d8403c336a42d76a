"""The discovery document says that logout tokens are sent, and that they name the session."""

from tests.conformance.harness.provider import Provider


def test_discovery_says_that_logout_tokens_are_sent(provider: Provider) -> None:
    assert provider.metadata["backchannel_logout_supported"] is True
    assert provider.metadata["backchannel_logout_session_supported"] is True
    assert provider.metadata["end_session_endpoint"].startswith("https://")
