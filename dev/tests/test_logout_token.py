from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from dev.logout_token import LogoutTokenError, read_logout_token

NOW = 1_800_000_000.0
KEY = ECKey.generate_key("P-256", private=True, auto_kid=True)
OTHER = ECKey.generate_key("P-256", private=True, auto_kid=True)
JWKS: dict[str, Any] = {"keys": [KEY.as_dict(private=False)]}
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}
CLAIMS: dict[str, Any] = {
    "iss": "http://localhost:8400",
    "aud": "demo-web",
    "iat": NOW,
    "exp": NOW + 120,
    "jti": "1",
    "sid": "s",
    "events": EVENT,
}


def _read(key: ECKey = KEY, typ: str = "logout+jwt", **changes: Any) -> dict[str, Any]:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    token = jwt.encode({"alg": "ES256", "kid": key.kid, "typ": typ}, claims, key)
    return read_logout_token(
        token, JWKS, issuer="http://localhost:8400", audience="demo-web", now=NOW
    )


def test_a_good_token_is_obeyed() -> None:
    assert _read()["sid"] == "s"
    assert _read(aud=["demo-web", "other"], sid=None, sub="p")["sub"] == "p"


# OpenID Connect Back-Channel Logout 1.0 section 2.6.
@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"iss": "http://evil"}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"iat": NOW - 3600}, "iat"),
        ({"exp": NOW - 60}, "exp"),
        ({"jti": None}, "jti"),
        ({"events": {}}, "events"),
        ({"events": None}, "events"),
        ({"nonce": "n"}, "nonce"),
        ({"sid": None}, "sub or sid"),
        ({"typ": "at+jwt"}, "typ"),
        ({"key": OTHER}, "signature"),
    ],
)
def test_a_token_that_fails_a_check_is_not_obeyed(changes: dict[str, Any], check: str) -> None:
    with pytest.raises(LogoutTokenError, match=check):
        _read(**changes)


@pytest.mark.parametrize("noise", ["", "a.b.c", "x" * 100])
def test_noise_is_not_obeyed(noise: str) -> None:
    with pytest.raises(LogoutTokenError):
        read_logout_token(noise, JWKS, issuer="i", audience="a", now=NOW)
