"""Client libraries people really have, unmodified: login, refresh, step-up, logout."""

import json
from typing import Any

import httpx
import pytest
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo
from jose import jwt as python_jose

pytestmark = pytest.mark.slow
LOW = "http://eidas.europa.eu/LoA/low"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"


def shown(citizen: FormCitizen) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(citizen.page.text)
    assert "error" not in document, document
    return document


def live_through(citizen: FormCitizen, service: str, refresh: str) -> None:
    """Log in by password, refresh, step up, log out."""
    citizen.open(f"{service}/login")
    citizen.enter_with_password()
    first = shown(citizen)
    assert first["id_token"]["acr"] == LOW
    assert first["id_token"]["amr"] == ["pwd"]
    assert first["userinfo"]["sub"] == first["id_token"]["sub"]
    assert first["userinfo"]["given_name"]
    citizen.reach(refresh, f"{service}/refresh")
    assert shown(citizen)["expires_in"] > 0
    raised = step_up(citizen, service)
    assert raised["id_token"]["acr"] == SUBSTANTIAL
    assert raised["id_token"]["sub"] == first["id_token"]["sub"]
    assert raised["id_token"]["sid"] == first["id_token"]["sid"]
    citizen.open(f"{service}/logout")
    citizen.confirm_logout()
    citizen.open(f"{service}/login")
    assert 'id="method-pin"' in citizen.page.text


def step_up(citizen: FormCitizen, service: str) -> dict[str, Any]:
    query = f"level=substantial&acr={SUBSTANTIAL}"
    citizen.open(f"{service}/login?{query}")
    citizen.step_up()
    return shown(citizen)


@pytest.mark.parametrize(
    ("service", "refresh"),
    [
        pytest.param("fastapi_service", "POST", id="authlib in fastapi"),
        pytest.param("node_service", "GET", id="openid-client in node"),
        pytest.param("fapi_service", "GET", id="openid-client with fapi 2"),
        pytest.param("signing_service", "GET", id="openid-client with fapi 2 message signing"),
        pytest.param("oauth4webapi_service", "GET", id="oauth4webapi with fapi 2"),
    ],
)
def test_a_library_lives_through_a_session(
    request: pytest.FixtureRequest,
    demo: RunningDemo,
    regular: dict[str, Any],
    service: str,
    refresh: str,
) -> None:
    address = request.getfixturevalue(service)
    with FormCitizen(demo, regular) as citizen:
        live_through(citizen, address, refresh)


def test_python_jose_verifies_our_tokens(demo: RunningDemo, regular: dict[str, Any]) -> None:
    client = demo.client("demo-web")
    with FormCitizen(demo, regular) as citizen:
        token = log_in_by_hand(citizen, demo, client)
    header = python_jose.get_unverified_header(token["id_token"])
    keys = httpx.get(f"{demo.issuer}/jwks", timeout=60).json()["keys"]
    # By key id: python-jose stumbles over a set that mixes kinds of keys.
    claims = python_jose.decode(
        token["id_token"],
        next(key for key in keys if key["kid"] == header["kid"]),
        algorithms=["ES256", "RS256"],
        audience=client["client_id"],
        issuer=demo.issuer,
        access_token=token["access_token"],
    )
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["acr"] == LOW


def log_in_by_hand(
    citizen: FormCitizen, demo: RunningDemo, client: dict[str, Any]
) -> dict[str, Any]:
    """Walk the code flow without a library, stopping the browser at the redirect."""
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
    target = httpx.URL(
        f"{demo.issuer}/authorize",
        params={
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": client["redirect_uris"][0],
            "scope": "openid",
            "state": "af0ifjsldkj",
            "nonce": "n-0S6_WzA2Mj",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
    )
    citizen.open(str(target))
    citizen.stop_at(client["redirect_uris"][0])
    citizen.enter_with_password()
    answer = httpx.post(
        f"{demo.issuer}/token",
        data={
            "grant_type": "authorization_code",
            "code": httpx.URL(citizen.page.url).params["code"],
            "redirect_uri": client["redirect_uris"][0],
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        },
        auth=(client["client_id"], client["client_secret"]),
        timeout=60,
    )
    token: dict[str, Any] = answer.json()
    return token
