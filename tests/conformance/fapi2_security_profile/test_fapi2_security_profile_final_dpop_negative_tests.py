"""The resource takes good DPoP proofs and refuses every one that RFC 9449 section 4.3 rules out."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.harness import jws
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient, Flow
from tests.conformance.harness.variants import WITH_DPOP

VARIANTS = WITH_DPOP


Proofs = Callable[[FapiClient, str, str], list[str]]


def proof(**changes: Any) -> Proofs:
    return lambda fapi, token, at: [fapi.proof("GET", at, access_token=token, **changes)]


def later(seconds: int) -> Proofs:
    def make(fapi: FapiClient, token: str, at: str) -> list[str]:
        return proof(iat=int(time.time()) + seconds)(fapi, token, at)

    return make


def signed(change: Callable[[str], str]) -> Proofs:
    return lambda fapi, token, at: [change(fapi.proof("GET", at, access_token=token))]


def private_key(fapi: FapiClient, token: str, at: str) -> list[str]:
    return proof(header={"jwk": fapi.dpop_key.private_jwk})(fapi, token, at)


def no_proof(*_: object) -> list[str]:
    return []


def unsecured(fapi: FapiClient, token: str, at: str) -> list[str]:
    header, claims = jws.read(fapi.proof("GET", at, access_token=token))
    return [jws.unsigned(header | {"alg": "none"}, claims)]


def without_alg(text: str) -> str:
    header, rest = text.split(".", 1)
    members = json.loads(jws.decode(header))
    del members["alg"]
    return f"{jws.encode(json.dumps(members).encode())}.{rest}"


REFUSED: dict[str, Proofs] = {
    "two proofs": lambda fapi, token, at: proof()(fapi, token, at) + proof()(fapi, token, at),
    "no proof": no_proof,
    "not a JWT": signed(lambda text: text.replace(".", "")),
    "no typ": proof(header={"typ": None}),
    "no alg": signed(without_alg),
    "no jwk": proof(header={"jwk": None}),
    "no jti": proof(jti=None),
    "no htm": proof(htm=None),
    "no htu": proof(htu=None),
    "no iat": proof(iat=None),
    "no ath": proof(ath=None),
    "another typ": proof(header={"typ": "JWT"}),
    "RS256": proof(key=jws.new_key("RS256")),
    "alg none": unsecured,
    "bad signature": signed(jws.with_broken_signature),
    "a private key": private_key,
    "another method": proof(htm="PUT"),
    "another address": proof(htu="https://other.example/userinfo"),
    "an hour ahead": later(3600),
    "an hour ago": later(-3600),
    "another ath": proof(ath=jws.encode(b"0" * 32)),
    "another key": proof(key=jws.new_key()),
}
ACCEPTED: dict[str, Proofs] = {
    "as usual": proof(),
    "query and fragment in htu": lambda fapi, token, at: proof(htu=f"{at}?a=b#c")(fapi, token, at),
    "scheme and host in capitals": lambda fapi, token, at: proof(
        htu=at.replace("https://localhost", "HTTPS://LOCALHOST")
    )(fapi, token, at),
    "members nobody knows": proof(header={"more": 1}, more="claims"),
}


@pytest.fixture(scope="module")
def kept() -> dict[str, tuple[FapiClient, Flow]]:
    return {}


@pytest.fixture
def bound(
    fapi: FapiClient, citizen: Citizen, kept: dict[str, tuple[FapiClient, Flow]]
) -> tuple[FapiClient, Flow]:
    """One token for all the proofs; its life is much longer than this module."""
    name = fapi.variant.name
    if name not in kept:
        kept[name] = (fapi, fapi.complete(citizen))
    return kept[name]


@pytest.mark.parametrize("fault", REFUSED)
def test_a_proof_with_a_fault_is_refused(bound: tuple[FapiClient, Flow], fault: str) -> None:
    fapi, flow = bound
    token = flow.access_token
    answer = fapi.resource(token, proofs=lambda at: REFUSED[fault](fapi, token, at))
    assert answer.status_code in {400, 401}
    assert '"sub"' not in answer.text


@pytest.mark.parametrize("form", ACCEPTED)
def test_a_good_proof_is_accepted(bound: tuple[FapiClient, Flow], form: str) -> None:
    fapi, flow = bound
    token = flow.access_token
    answer = fapi.resource(token, proofs=lambda at: ACCEPTED[form](fapi, token, at))
    fapi.resource_answers(answer, flow)


def test_a_proof_works_once(bound: tuple[FapiClient, Flow]) -> None:
    fapi, flow = bound
    token, jti = flow.access_token, secrets.token_hex(16)
    proofs = proof(jti=jti)
    first = fapi.resource(token, proofs=lambda at: proofs(fapi, token, at))
    fapi.resource_answers(first, flow)
    second = fapi.resource(token, proofs=lambda at: proofs(fapi, token, at))
    assert second.status_code in {400, 401}


def test_the_address_is_compared_without_its_query(bound: tuple[FapiClient, Flow]) -> None:
    fapi, flow = bound
    fapi.resource_answers(fapi.resource(flow.access_token, a="b"), flow)


def test_a_bound_token_is_no_bearer_token(bound: tuple[FapiClient, Flow]) -> None:
    fapi, flow = bound
    with_proof = fapi.resource(flow.access_token, scheme="Bearer")
    assert with_proof.status_code in {400, 401}
    without = fapi.resource(flow.access_token, scheme="Bearer", proofs=lambda _: [])
    assert without.status_code in {400, 401}


def test_the_name_of_the_header_may_be_spelled_in_any_case(
    bound: tuple[FapiClient, Flow],
) -> None:
    fapi, flow = bound
    place = fapi.metadata["userinfo_endpoint"]
    made = fapi.proof("GET", place, access_token=flow.access_token)
    answer = fapi.resource(flow.access_token, proofs=lambda _: [], headers={"DPOP": made})
    fapi.resource_answers(answer, flow)
