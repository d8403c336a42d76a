"""The discovery document names the end_session_endpoint, behind https."""

from tests.conformance.harness.provider import Provider


def test_discovery_names_the_end_session_endpoint(provider: Provider) -> None:
    assert provider.metadata["end_session_endpoint"].startswith("https://")
    assert provider.http.get(provider.metadata["end_session_endpoint"]).status_code == 200
