"""The operator's API: secrets and keys in rotation, testers, initial access tokens."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
from clavis_gateway.store import relying_parties
from clavis_kit.ids import new_id
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import REDIRECT, World
from services.gateway.tests.registration.operator_world import (
    RELYING_PARTIES,
    TOKENS,
    made,
    match,
)


async def test_a_secret_is_rotated_with_an_overlap_and_ended(
    admin: httpx.AsyncClient, world: World
) -> None:
    body = await made(admin, state="production")
    address = f"{RELYING_PARTIES}/padron/secrets"
    rotated = await admin.post(address, json={"overlap_seconds": 3600}, headers=match(body["etag"]))
    assert rotated.status_code == 201, rotated.text
    old, new = body["client_secret"], rotated.json()["client_secret"]

    async def code(secret: str) -> str:
        answer = await world.exchange("x", auth=("padron", secret))
        return str(answer.json()["error"])

    assert [await code(secret) for secret in (old, new)] == ["invalid_grant"] * 2
    world.clock.advance(timedelta(seconds=3600))
    assert [await code(secret) for secret in (old, new)] == ["invalid_client", "invalid_grant"]
    listed = (await admin.get(address)).json()["secrets"]
    assert [secret["expires_at"] is None for secret in listed] == [False, True]
    last = f"{address}/{rotated.json()['secret_id']}"
    assert (await admin.delete(last, headers=match('"2"'))).status_code == 204
    assert await code(new) == "invalid_client"


async def test_keys_are_replaced_with_an_overlap(admin: httpx.AsyncClient, world: World) -> None:
    one, two = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("one", "two"))
    body = await made(
        admin, profile="fapi2", token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [one.as_dict(private=False)]},
    )  # fmt: skip
    sent = {"jwks": {"keys": [two.as_dict(private=False)]}, "overlap_seconds": 60}
    address = f"{RELYING_PARTIES}/padron/keys"
    done = await admin.put(address, json=sent, headers=match(body["etag"]))
    assert [entry["key"] for entry in done.json()["retiring_keys"]] == ["one"]
    private = {"jwks": {"keys": [two.as_dict(private=True)]}}
    refused = await admin.put(address, json=private, headers=match('"2"'))
    assert refused.json()["detail"].startswith("jwks.keys[0]")
    found = await relying_parties.find(world.deps.pool, "padron")
    assert found is not None
    now = world.clock.now()
    assert len(found.party.verification_keys(now)["keys"]) == 2
    assert len(found.party.verification_keys(now + timedelta(seconds=60))["keys"]) == 1


async def test_testers_come_and_go_and_no_identity_number_is_kept(
    admin: httpx.AsyncClient, world: World
) -> None:
    await made(admin, state="test")
    address, subject = f"{RELYING_PARTIES}/padron/testers", new_id()
    for tester in ({"subject_id": subject}, {"national_id": "00000001-r"}):
        assert (await admin.post(address, json=tester)).status_code == 204
    listed = (await admin.get(address)).json()["testers"]
    values = {entry["kind"]: entry["value"] for entry in listed}
    assert values == {"subject": subject, "national_id": world.deps.national_ids.of("00000001R")}
    for wrong in (
        {},
        {"national_id": "1"},
        {"subject_id": "x"},
        {"subject_id": subject, "national_id": "00000001R"},
    ):
        refused = await admin.post(address, json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "tester-refused")
    assert (await admin.post(address + "/remove", json={"subject_id": subject})).status_code == 204
    assert len((await admin.get(address)).json()["testers"]) == 1
    history = json.dumps((await admin.get(f"{RELYING_PARTIES}/padron/changes")).json())
    assert subject not in history


async def test_initial_access_tokens_are_issued_listed_and_revoked(
    admin: httpx.AsyncClient, world: World
) -> None:
    wish = {"label": "Diputación", "uses": 2, "profile": "basic"}
    issued = (await admin.post(TOKENS, json=wish)).json()
    token = issued.pop("initial_access_token")
    headers = {"Authorization": f"Bearer {token}"}
    metadata = {"redirect_uris": [REDIRECT]}
    assert (
        await world.http.post("/connect/register", json=metadata, headers=headers)
    ).status_code == 201
    listed = (await admin.get(TOKENS)).json()["initial_access_tokens"]
    assert listed == [issued | {"uses_left": 1}]
    assert issued["created_by"] == "operator:ana"
    assert (await admin.delete(f"{TOKENS}/{issued['token_id']}")).status_code == 204
    assert (await admin.delete(f"{TOKENS}/{issued['token_id']}")).status_code == 404
    assert (
        await world.http.post("/connect/register", json=metadata, headers=headers)
    ).status_code == 401
