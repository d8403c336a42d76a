"""PAR takes POST alone: another method is 405 (RFC 9126 section 2.3)."""

from tests.conformance.harness.fapi import FapiClient


def test_put_is_refused(fapi: FapiClient) -> None:
    answer = fapi.push(fapi.pushable(fapi.request()), method="PUT")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
