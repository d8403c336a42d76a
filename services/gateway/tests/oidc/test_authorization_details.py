"""Rich authorization requests (RFC 9396): leave to sign named documents."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from clavis_gateway.oidc import authorization_details
from clavis_gateway.oidc.authorization_details import TYPES, DetailsError
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World, location
from services.gateway.tests.oidc.independent import parts, verified

CSC_2_2 = "https://cloudsignatureconsortium.org/2025/credential"
DIGEST = base64.b64encode(hashlib.sha256(b"a contract").digest()).decode()


def credential(**changes: Any) -> dict[str, Any]:
    values = {
        "type": "credential",
        "credentialID": "GX0112348",
        "documentDigests": [{"hash": DIGEST, "label": "Contrato de alquiler"}],
        "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def spelled(*elements: Any) -> str:
    return json.dumps(elements)


async def signer(world: World, **changes: Any) -> Fapi:
    client = Fapi(world, "demo-signer")
    await client.register(**({"authorization_details_types": ["credential"]} | changes))
    return client


async def test_rfc9396_7_what_was_approved_comes_with_the_token(world: World) -> None:
    client = await signer(world, audiences=["https://sign.test"])
    details = [credential()]
    code = await client.code(authorization_details=spelled(*details))
    body = (await client.token(code=code)).json()
    assert body["authorization_details"] == details
    claims = verified(body["access_token"], await world.jwks())
    assert claims["authorization_details"] == details, "section 9.1"
    described = (
        await world.http.post("/introspect", data={"token": body["access_token"]} | client.auth())
    ).json()
    assert described["authorization_details"] == details, "section 9.2"
    assert "authorization_details" not in parts(body["id_token"])[1]


async def test_csc_8_4_3_leave_to_sign_is_not_refreshed(world: World) -> None:
    client = await signer(world)
    code = await client.code(authorization_details=spelled(credential()))
    first = (await client.token(code=code)).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await client.token(**form, code_verifier=None, redirect_uri=None)).json()
    assert "authorization_details" not in second
    asked = await client.token(
        **form, code_verifier=None, redirect_uri=None, authorization_details=spelled(credential())
    )
    assert asked.json()["error"] == "invalid_authorization_details"


async def test_rfc9396_6_a_token_request_narrows_and_never_widens(world: World) -> None:
    client = await signer(world)
    one, two = credential(), credential(credentialID="other")
    code = await client.code(authorization_details=spelled(one, two))
    wider = await client.token(
        code=code, authorization_details=spelled(credential(credentialID="third"))
    )
    assert wider.json()["error"] == "invalid_authorization_details"
    body = (await client.token(code=code, authorization_details=spelled(two))).json()
    assert body["authorization_details"] == [two]


async def test_rfc9396_5_a_type_must_be_registered_for_the_client(world: World) -> None:
    client = await signer(world, authorization_details_types=None)
    response = await client.push(authorization_details=spelled(credential()))
    assert (response.status_code, response.json()["error"]) == (
        400, "invalid_authorization_details",
    )  # fmt: skip


# Section 5 leaves the words to us: what to mend is named, what was sent is not repeated.
async def test_rfc9396_5_the_error_names_the_member(world: World) -> None:
    client = await signer(world)
    asked = credential(hashAlgorithmOID="1.2.3.secret")
    answer = (await client.push(authorization_details=spelled(asked))).json()
    assert answer["error"] == "invalid_authorization_details"
    assert "hashAlgorithmOID of a credential" in answer["error_description"]
    assert "secret" not in answer["error_description"]


async def test_rfc9396_12_documents_do_not_pass_through_a_browser(world: World) -> None:
    await world.register(authorization_details_types=["credential"])
    answer = location(await world.authorize(authorization_details=spelled(credential())))
    assert answer["error"] == "invalid_authorization_details"


async def test_rfc9396_2_details_can_stand_without_scope(world: World) -> None:
    client = await signer(world)
    code = await client.code(scope=None, authorization_details=spelled(credential()))
    body = (await client.token(code=code)).json()
    assert "scope" not in body
    assert "id_token" not in body
    assert body["authorization_details"] == [credential()]


async def test_rfc9396_3_a_client_alone_approves_nothing_for_a_person(world: World) -> None:
    await world.register(
        "machine", grant_types=["client_credentials"], redirect_uris=[],
        authorization_details_types=["credential"],
    )  # fmt: skip
    response = await world.http.post(
        "/token",
        data={
            "grant_type": "client_credentials", "authorization_details": spelled(credential()),
        },
        auth=("machine", SECRET),
    )  # fmt: skip
    assert response.json()["error"] == "invalid_authorization_details"


async def test_rfc9396_10_discovery_names_the_types(world: World) -> None:
    document = (await world.http.get("/.well-known/openid-configuration")).json()
    assert document["authorization_details_types_supported"] == list(TYPES)


GOOD = [
    credential(),
    credential(type=CSC_2_2),
    credential(credentialID=None, signatureQualifier="eu_eidas_qes"),
    credential(numSignatures=3, locations=["https://sign.test"]),
    credential(documentLocations=[{"uri": "https://rp.test/1", "method": {"mode": "public"}}]),
    credential(documentDigests=[{"hash": DIGEST, "label": "a", "hashType": "SODR"}] * 100),
]
BAD = [
    "text", 7, None, [], {}, {"type": "unknown"}, {"type": 3},
    credential(surprise=1),
    credential(type="Credential "),
    credential(credentialID=None),
    credential(credentialID=""),
    credential(credentialID="a\u202eb"),
    credential(hashAlgorithmOID="1.3.14.3.2.26"),
    credential(hashAlgorithmOID=None),
    credential(documentDigests=[]),
    credential(documentDigests=None),
    credential(documentDigests=[{"hash": DIGEST}]),
    credential(documentDigests=[{"hash": "AAAA", "label": "a"}]),
    credential(documentDigests=[{"hash": DIGEST + "!", "label": "a"}]),
    credential(documentDigests=[{"hash": DIGEST, "label": "a\nb"}]),
    credential(documentDigests=[{"hash": DIGEST, "label": "a", "hashType": "md5"}]),
    credential(documentDigests=[{"hash": DIGEST, "label": "a", "other": 1}]),
    credential(documentDigests=[{"hash": DIGEST, "label": "a"}] * 101),
    credential(numSignatures=0),
    credential(numSignatures=True),
    credential(numSignatures=1, documentDigests=[{"hash": DIGEST, "label": "a"}] * 2),
    credential(locations="https://sign.test"),
    credential(documentLocations=[{"uri": "javascript:alert(1)"}]),
]  # fmt: skip


@pytest.mark.parametrize("element", GOOD)
def test_csc_8_3_what_fits_the_type_is_kept_as_it_came(element: Any) -> None:
    assert authorization_details.read(spelled(element), TYPES) == (element,)


@pytest.mark.parametrize("element", BAD)
def test_rfc9396_5_what_does_not_fit_its_type_is_refused(element: Any) -> None:
    with pytest.raises(DetailsError):
        authorization_details.read(spelled(element), TYPES)


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "null", "[]", '[{"type":"a","type":"b"}]', "[" * 99]
)
def test_rfc9396_2_it_is_a_list_of_objects(text: str) -> None:
    with pytest.raises(DetailsError):
        authorization_details.read(text, TYPES)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20,
))  # fmt: skip
def test_rfc9396_5_no_json_breaks_the_judge(value: Any) -> None:
    try:
        kept = authorization_details.read(json.dumps(value), TYPES)
    except DetailsError:
        return
    assert list(kept) == value
