"""An unregistered redirect_uri is refused when it is pushed.

RFC 9126 section 2.4 would let a server take it from a client that authenticates; ours never does,
which the module tolerates as well.
"""

import secrets

from tests.conformance.harness import checks
from tests.conformance.harness.fapi import FapiClient


def test_an_unregistered_redirect_uri_is_refused(fapi: FapiClient) -> None:
    elsewhere = f"{fapi.registered.redirect_uri}/{secrets.token_hex(8)}"
    answer = fapi.push(fapi.pushable(fapi.request(redirect_uri=elsewhere)))
    checks.denied(answer, "invalid_request", "invalid_request_object", "invalid_redirect_uri")
