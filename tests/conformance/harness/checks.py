"""What the suite checks of every answer, whichever module asked for it."""

import math
import re
import time
from collections import Counter
from hashlib import sha256
from typing import Any

import httpx
from jose import jwt as python_jose

from tests.conformance.harness import jws
from tests.conformance.harness.browser import Callback, Page
from tests.conformance.harness.provider import Provider

_SKEW_SECONDS = 10
_FIVE_MINUTES = 300
_MINIMUM_BITS = 128  # RFC 6749 section 10.10
_MINIMUM_ENTROPY_BITS = 96
_ERROR = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 section 5.2
_PERSON = {"name", "given_name", "family_name", "birthdate", "email", "phone_number", "address"}
# OpenID Connect Core 1.0 section 5.1.
_TYPES: dict[str, type] = {
    "sub": str, "name": str, "given_name": str, "family_name": str, "middle_name": str,
    "nickname": str, "preferred_username": str, "profile": str, "picture": str, "website": str,
    "email": str, "email_verified": bool, "gender": str, "birthdate": str, "zoneinfo": str,
    "locale": str, "phone_number": str, "phone_number_verified": bool, "address": dict,
    "updated_at": int,
}  # fmt: skip


def hard_to_guess(secret: str) -> None:
    """Codes, tokens and references hold 128 bits at least, and look it."""
    assert len(secret) * 6 >= _MINIMUM_BITS
    counts = Counter(secret)
    shannon = -sum(n / len(secret) * math.log2(n / len(secret)) for n in counts.values())
    assert shannon * len(secret) >= _MINIMUM_ENTROPY_BITS


def answered(answer: Callback, request: dict[str, str], issuer: str) -> str:
    """Check a successful authorization response and return its code (RFC 6749 4.1.2, RFC 9207)."""
    _came_back(answer, request, issuer)
    assert "error" not in answer.params, answer.params
    assert set(answer.params) <= {"code", "state", "iss"}, "unexpected parameters"
    hard_to_guess(answer.params["code"])
    return answer.params["code"]


def refused(answer: Callback, request: dict[str, str], issuer: str, *errors: str) -> None:
    """Check an error response (RFC 6749 section 4.1.2.1): one of these errors, nothing granted."""
    _came_back(answer, request, issuer)
    assert set(answer.params) <= {"error", "error_description", "error_uri", "state", "iss"}
    assert answer.params["error"] in errors
    assert _ERROR.fullmatch(answer.params.get("error_description", "none"))


def _came_back(answer: Callback, request: dict[str, str], issuer: str) -> None:
    assert answer.url.startswith(request["redirect_uri"]), "another redirect_uri"
    assert answer.params.get("state") == request.get("state")
    assert answer.params["iss"] == issuer


def error_page(seen: Page | Callback, *codes: str) -> None:
    """The person sees an error page with a stable code; the relying party gets nothing."""
    assert isinstance(seen, Page), f"an answer went to {seen.url}"
    assert 400 <= seen.status < 500
    assert seen.error in codes, f"{seen.error} instead of {codes}"
    assert seen.refresh is None


def granted(response: httpx.Response) -> dict[str, Any]:
    """Check a successful token response (RFC 6749 section 5.1) and return it."""
    assert response.status_code == 200, response.text
    _json(response)
    assert "no-store" in response.headers["cache-control"]
    body: dict[str, Any] = response.json()
    hard_to_guess(body["access_token"])
    assert isinstance(body["expires_in"], int)
    assert body["expires_in"] > 0
    return body


def denied(response: httpx.Response, *errors: str) -> None:
    """Check an error response of a back-channel endpoint (RFC 6749 section 5.2)."""
    _json(response)
    body = response.json()
    assert body["error"] in errors, body
    expected = {400, 401} if body["error"] == "invalid_client" else {400}
    assert response.status_code in expected
    assert _ERROR.fullmatch(body["error"])
    assert _ERROR.fullmatch(body.get("error_description", "none"))
    assert set(body) <= {"error", "error_description", "error_uri"}


def _json(response: httpx.Response) -> None:
    assert response.headers["content-type"].partition(";")[0] == "application/json"


def id_token(
    token: str,
    request: dict[str, str],
    provider: Provider,
    *,
    alg: str,
    access_token: str | None = None,
) -> dict[str, Any]:
    """Check an ID token (OpenID Connect Core 1.0 section 3.1.3.7) and return its claims."""
    jwks = provider.jwks()
    header, claims = jws.verify(token, jwks)
    assert header["alg"] == alg
    _second_opinion(token, header, jwks, request["client_id"], provider.issuer)
    now = time.time()
    assert claims["iss"] == provider.issuer
    assert claims["aud"] in (request["client_id"], [request["client_id"]])
    assert claims.get("azp", request["client_id"]) == request["client_id"]
    assert claims["exp"] > now
    assert now - _FIVE_MINUTES < claims["iat"] < now + _SKEW_SECONDS
    assert claims.get("nbf", 0) < now + _SKEW_SECONDS
    assert claims.get("nonce") == request.get("nonce")
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert isinstance(claims["auth_time"], int)
    assert claims["auth_time"] < now + _SKEW_SECONDS
    assert claims["acr"] in provider.metadata["acr_values_supported"]
    assert "s_hash" not in claims or claims["s_hash"] == half_hash(request["state"])
    if access_token is not None and "at_hash" in claims:
        assert claims["at_hash"] == half_hash(access_token)
    well_formed(claims)
    return claims


def _second_opinion(
    token: str, header: dict[str, Any], jwks: dict[str, Any], audience: str, issuer: str
) -> None:
    # A library that people really have must be able to read it, too.
    if header["alg"] in {"RS256", "ES256"}:
        [key] = [one for one in jwks["keys"] if one["kid"] == header["kid"]]
        options = {"verify_at_hash": False}
        python_jose.decode(
            token,
            key,
            algorithms=[header["alg"]],
            audience=audience,
            issuer=issuer,
            options=options,
        )


def half_hash(value: str) -> str:
    """The left half of a SHA-256 (OpenID Connect Core 1.0 section 3.1.3.6)."""
    return jws.encode(sha256(value.encode()).digest()[:16])


def well_formed(claims: dict[str, Any]) -> None:
    """Standard claims have their standard types, and none is empty (section 5.1, 5.3.2)."""
    for name, value in claims.items():
        if name in _TYPES:
            assert isinstance(value, _TYPES[name]), f"{name} has the wrong type"
            assert value not in ("", {}), f"{name} is empty"


def without_the_person(claims: dict[str, Any]) -> None:
    """Claims of scopes belong to userinfo when there is an access token (section 5.4)."""
    assert not _PERSON & claims.keys(), "claims nobody asked for in the ID token"


def userinfo(response: httpx.Response, sub: str) -> dict[str, Any]:
    """Check a userinfo response (section 5.3.2) and return its claims."""
    assert response.status_code == 200, response.text
    _json(response)
    claims: dict[str, Any] = response.json()
    assert claims["sub"] == sub
    well_formed(claims)
    return claims


def login_page(seen: Page | Callback) -> Page:
    """The provider asks who the person is."""
    assert isinstance(seen, Page), "no page was shown"
    assert seen.status == 200
    assert {"method-permanent", "cancel"} <= seen.ids.keys(), seen.text[-800:]
    return seen


# OpenID Connect Core 1.0 section 5.4.
_OF_SCOPE = {
    "profile": {
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
        "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}  # fmt: skip


def scopes_returned(claims: dict[str, Any], scopes: list[str], supported: list[str]) -> None:
    """Userinfo holds every supported claim of the scopes asked for, and none of the others."""
    for scope, names in _OF_SCOPE.items():
        expected = names & set(supported) if scope in scopes else set()
        assert expected == names & claims.keys(), f"claims of {scope}"
