"""The operator's API: who gets in, and what it does to relying parties."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_gateway.__main__ import main
from clavis_gateway.admin.access import from_outside, read_operator_keys
from clavis_gateway.admin.operator_token import make_token
from clavis_kit.settings import KeyFileError

from services.gateway.tests.oidc.gateway_world import ISSUER, World
from services.gateway.tests.registration.operator_world import (
    DESCRIPTION,
    RELYING_PARTIES,
    made,
    match,
)


async def test_only_the_operators_token_opens_it(
    admin: httpx.AsyncClient, world: World, gateway_keys: dict[str, Path]
) -> None:
    for headers in (
        {"Authorization": ""},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Bearer " + world.deps.service_tokens.token("gateway")},
    ):
        refused = await admin.get(RELYING_PARTIES, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
    token = make_token(gateway_keys["operator_key_file"], "ana", world.clock)
    world.clock.advance(timedelta(minutes=2))
    late = await admin.get(RELYING_PARTIES, headers={"Authorization": f"Bearer {token}"})
    assert late.json()["code"] == "invalid-token"
    assert (await admin.get(RELYING_PARTIES)).status_code == 200


async def test_what_was_refused_to_a_relying_party(admin: httpx.AsyncClient, world: World) -> None:
    await world.register()
    await world.authorize(max_age="soon")
    await world.deps.refusals.flush()
    path = f"{RELYING_PARTIES}/demo-web/refusals"
    assert [one["rule"] for one in (await admin.get(path)).json()["refusals"]] == ["max_age"]
    assert (await admin.get(path, params={"rule": "scope"})).json()["refusals"] == []
    assert (await admin.get(path, params={"limit": "0"})).status_code == 422
    assert (await admin.get(f"{RELYING_PARTIES}/nobody/refusals")).status_code == 404
    outside = await world.http.get(path, headers={"Authorization": "Bearer x"})
    assert outside.status_code == 404


async def test_at_the_public_address_it_is_not_there(
    world: World, gateway_keys: dict[str, Path]
) -> None:
    token = make_token(gateway_keys["operator_key_file"], "ana", world.clock)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await world.http.get(RELYING_PARTIES, headers=headers)).status_code == 404
    assert from_outside("Gateway.Test", ISSUER)
    assert not from_outside("gateway:8400", ISSUER)


async def test_without_a_key_set_there_is_no_such_api(
    admin: httpx.AsyncClient, world: World
) -> None:
    world.app.state.operator = None
    assert (await admin.get(RELYING_PARTIES)).status_code == 404


@pytest.mark.parametrize("content", ["{", "[]", '{"keys": [{"kty": "oct", "k": "x"}]}', None])
def test_a_wrong_key_set_stops_the_start_with_a_sentence(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "operator-jwks.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(KeyFileError, match=r"operator-jwks\.json"):
        read_operator_keys(file)


async def test_a_relying_party_is_made_read_and_replaced_against_its_version(
    admin: httpx.AsyncClient,
) -> None:
    body = await made(admin)
    address = f"{RELYING_PARTIES}/padron"
    assert body["state"] == "draft"
    assert len(body["client_secret"]) >= 43
    read = await admin.get(address)
    assert "client_secret" not in read.json()
    assert read.json()["claim_purposes"] == DESCRIPTION["claim_purposes"]
    changed = DESCRIPTION | {"client_name": "Otra"}
    unconditional = await admin.put(address, json=changed)
    assert (unconditional.status_code, unconditional.json()["code"]) == (428, "version-missing")
    done = await admin.put(address, json=changed, headers=match(body["etag"]))
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert "client_secret" not in done.json(), "the secret goes on"
    stale = await admin.put(address, json=changed, headers=match(body["etag"]))
    assert (stale.status_code, stale.json()["code"]) == (412, "version-changed")
    again = await admin.put(address, json=changed, headers=match('"2"'))
    assert again.headers["etag"] == '"2"', "nothing changed, so no new version"


async def test_of_writers_at_once_with_one_version_one_wins(admin: httpx.AsyncClient) -> None:
    body = await made(admin)
    answers = await asyncio.gather(
        *(
            admin.put(
                f"{RELYING_PARTIES}/padron",
                json=DESCRIPTION | {"client_name": f"Nombre {number}"},
                headers=match(body["etag"]),
            )
            for number in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    first = await asyncio.gather(
        *(admin.put(f"{RELYING_PARTIES}/nueva", json=DESCRIPTION) for _ in range(3))
    )
    assert min(answer.status_code for answer in first) == 201
    assert sum(answer.status_code == 201 for answer in first) == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"redirect_urls": []}, "redirect_urls is not a known member"),
    ({"client_secret": "x" * 40}, "client_secret is not sent"),
    ({"client_id": "other"}, "client_id must be the one of the address"),
    ({"redirect_uris": [7]}, "redirect_uris must be a list of strings"),
    ({"minimum_loa": "extreme"}, "minimum_loa must be"),
]


async def test_a_wrong_description_is_a_problem_that_begins_with_the_member(
    admin: httpx.AsyncClient,
) -> None:
    for changes, said in WRONG:
        refused = await admin.put(f"{RELYING_PARTIES}/padron", json=DESCRIPTION | changes)
        assert (refused.status_code, refused.json()["code"]) == (422, "registration-refused")
        assert refused.json()["detail"].startswith(said)


async def test_states_go_by_the_table_and_everything_is_told(admin: httpx.AsyncClient) -> None:
    body = await made(admin)
    address = f"{RELYING_PARTIES}/padron"
    leap = await admin.patch(address, json={"state": "production"}, headers=match(body["etag"]))
    assert (leap.status_code, leap.json()["code"]) == (409, "state-not-possible")
    etag = body["etag"]
    for state in ("test", "production", "suspended"):
        step = await admin.patch(address, json={"state": state}, headers=match(etag))
        assert step.json()["state"] == state
        etag = step.headers["etag"]
    changes = (await admin.get(address + "/changes")).json()["changes"]
    assert [change["action"] for change in changes] == ["state", "state", "state", "put"]
    assert {change["actor"] for change in changes} == {"operator:ana"}
    assert changes[0]["detail"] == {"state": ["production", "suspended"]}
    assert body["client_secret"] not in json.dumps(changes)


async def test_the_list_is_in_pages_and_by_state(admin: httpx.AsyncClient) -> None:
    for name in ("a", "b", "c"):
        await made(admin, name)
    await made(admin, "d", state="test")
    first = (await admin.get(RELYING_PARTIES, params={"limit": 3})).json()
    assert [item["client_id"] for item in first["relying_parties"]] == ["a", "b", "c"]
    rest = (await admin.get(RELYING_PARTIES, params={"after": first["next"]})).json()
    assert ([item["client_id"] for item in rest["relying_parties"]], rest["next"]) == (["d"], None)
    tested = (await admin.get(RELYING_PARTIES, params={"state": "test"})).json()
    assert [item["client_id"] for item in tested["relying_parties"]] == ["d"]


async def test_what_is_not_there_is_said_so(admin: httpx.AsyncClient) -> None:
    for path in ("", "/changes", "/testers", "/secrets"):
        answer = await admin.get(f"{RELYING_PARTIES}/nobody{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "relying-party-not-found")


def test_the_command_line_makes_the_token(
    gateway_keys: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for file, code in ((gateway_keys["operator_key_file"], 0), (Path("absent.pem"), 1)):
        monkeypatch.setattr("sys.argv", ["clavis_gateway", "operator-token", "--key", str(file)])
        assert main() == code
    said = capsys.readouterr()
    assert said.out.count(".") == 2
    assert said.err == "operator-token: cannot read an EC private key from absent.pem\n"
