"""Request objects of every shape: only a refusal or plain text parameters come out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.checks import request_object
from clavis_gateway.oidc.checks.request_object import Judged
from clavis_gateway.records import Profile, RelyingParty
from clavis_gateway.registration.party import relying_party
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, KeySet

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ISSUER = "https://gateway.test"
KEY = ECKey.generate_key("P-256")
KEYS = KeySet([KEY])
AT, MINUTE = int(NOW.timestamp()), 60
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def client(profile: Profile = "fapi2", **metadata: Any) -> RelyingParty:
    public = KEY.as_dict(private=False)
    description = {
        "client_id": "demo", "profile": profile, "redirect_uris": ["https://rp.test/callback"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public]},
    }  # fmt: skip
    return relying_party(description | metadata, ISSUER)


STRICT, BASIC = client(), client("basic")


@given(token=st.text() | st.from_regex(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){1,5}", fullmatch=True))
def test_rfc9101_6_what_is_no_object_of_the_client_is_refused(token: str) -> None:
    with pytest.raises(OAuthError) as refused:
        request_object.read(STRICT, token, KEYS, issuer=ISSUER, now=NOW)
    assert refused.value.code == "invalid_request_object"


@given(claims=st.dictionaries(st.text(), JSON, max_size=6))
def test_rfc9101_4_parameters_are_text_and_nothing_registered(claims: dict[str, Any]) -> None:
    registered = {"iss": "x", "aud": "y", "exp": 1, "nbf": 1, "iat": 1, "jti": "z", "sub": "s"}
    found = request_object.parameters(claims | registered)
    assert set(found) == {
        name for name, value in claims.items() if value is not None and name not in registered
    }
    for name, text in found.items():
        value = claims[name]
        assert text == value if isinstance(value, str) else json.loads(text) == value


def refuses(check: Any, client: RelyingParty, **claims: Any) -> bool:
    known = {"client_id": "demo", "iss": "demo", "aud": ISSUER} | claims
    try:
        check(Judged(known, client, ISSUER, NOW))
    except OAuthError as error:
        return error.code == "invalid_request_object"
    return False


@given(nbf=st.integers(-200 * MINUTE, 200 * MINUTE), exp=st.integers(-200 * MINUTE, 200 * MINUTE))
def test_message_signing_5_3_1_an_object_lives_an_hour_at_most(nbf: int, exp: int) -> None:
    times = {"nbf": AT + nbf, "exp": AT + exp}
    refused = refuses(request_object.check_times, STRICT, **times) or refuses(
        request_object.check_lifetime, STRICT, **times
    )
    good = -60 * MINUTE <= nbf <= 30 and exp > 0 and exp - nbf <= 60 * MINUTE
    assert refused is not good
    assert not refuses(request_object.check_lifetime, BASIC, **times)


@given(value=JSON)
def test_rfc7519_4_1_times_are_numbers_or_the_object_is_refused(value: Any) -> None:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    for name in ("exp", "nbf"):
        if not numeric:
            assert refuses(request_object.check_times, BASIC, **{name: value})


@given(audience=JSON)
def test_rfc9101_4_only_our_issuer_is_an_audience(audience: Any) -> None:
    named = audience if isinstance(audience, list) else [audience]
    assert refuses(request_object.check_audience, STRICT, aud=audience) is (ISSUER not in named)
    assert not refuses(request_object.check_audience, STRICT, aud=[audience, ISSUER])


@given(alg=st.text() | st.sampled_from(["none", "None", "HS256", "RS256", "ES512", "PS384"]))
def test_rfc9101_10_5_other_algorithms_are_refused(alg: str) -> None:
    if alg in {"PS256", "ES256", "EdDSA", "Ed25519"}:
        return
    for party in (STRICT, BASIC):
        with pytest.raises(OAuthError):
            request_object.check_header(party, {"alg": alg})


@pytest.mark.parametrize(
    ("profile", "registered", "accepted"),
    [
        ("fapi2", None, ("PS256", "ES256", "EdDSA", "Ed25519")),
        ("fapi2", "ES256", ("ES256",)),
        ("basic", None, ("PS256", "ES256", "EdDSA", "Ed25519")),
        ("basic", "RS256", ("RS256",)),
        ("basic", "PS256", ("PS256",)),
    ],
)
def test_registration_2_the_algorithms_of_a_client(
    profile: Profile, registered: str | None, accepted: tuple[str, ...]
) -> None:
    metadata = {"request_object_signing_alg": registered} if registered else {}
    assert request_object.signing_algorithms(client(profile, **metadata)) == accepted
