"""Every client assertion with a fault is refused at PAR, and a good one is accepted."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.harness import checks, jws
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import WITH_ASSERTION

VARIANTS = WITH_ASSERTION


Make = Callable[[FapiClient], dict[str, str]]


def said(**claims: Any) -> Make:
    return lambda fapi: fapi.authentication(fapi.assertion(**claims))


def later(seconds: int) -> Make:
    def make(fapi: FapiClient) -> dict[str, str]:
        at = int(time.time()) + seconds
        return fapi.authentication(fapi.assertion(iat=at, nbf=at, exp=at + 60))

    return make


FAULTS: dict[str, Make] = {
    "no assertion": lambda fapi: {"client_id": fapi.client_id},
    "no type": lambda fapi: {"client_assertion": fapi.assertion()},
    "another type": lambda fapi: fapi.authentication() | {"client_assertion_type": "urn:other"},
    "no sub": said(sub=None),
    "another sub": said(sub="somebody"),
    "no iss": said(iss=None),
    "another iss": said(iss="somebody"),
    "no aud": said(aud=None),
    "another aud": said(aud="https://other.example"),
    "PAR as aud": lambda fapi: said(aud=fapi.metadata["pushed_authorization_request_endpoint"])(
        fapi
    ),
    "token endpoint as aud": lambda fapi: said(aud=fapi.metadata["token_endpoint"])(fapi),
    "a list as aud": lambda fapi: said(aud=[fapi.provider.issuer, "https://other.example"])(fapi),
    "expired": later(-360),
    "not yet valid": later(70),
    "RS256": said(alg="RS256"),
    "alg none": lambda fapi: fapi.authentication(jws.unsigned({}, fapi.assertion_claims())),
    "bad signature": lambda fapi: fapi.authentication(jws.with_broken_signature(fapi.assertion())),
    "another key": said(key=jws.new_key("PS256")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_assertion_with_a_fault_is_refused(fapi: FapiClient, fault: str) -> None:
    form = fapi.pushable(fapi.request()) | {"client_id": fapi.client_id}
    answer = fapi.push(form, authentication=lambda: FAULTS[fault](fapi))
    checks.denied(answer, "invalid_client", "invalid_request")


@pytest.mark.parametrize("make", [later(8), said()], ids=["eight seconds early", "good"])
def test_a_good_assertion_is_accepted(fapi: FapiClient, make: Make) -> None:
    form = fapi.pushable(fapi.request())
    fapi.reference(fapi.push(form, authentication=lambda: make(fapi)))
