"""A relying party reads why it was refused; nothing of what was sent is in there."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from clavis_gateway import maintenance
from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.asking import Asking
from clavis_gateway.oidc.refusals import log
from clavis_gateway.rules.refusals import DIFFERENCES, NAMES, WORDS, redact
from clavis_gateway.store.tokens import load_client
from clavis_kit.ids import new_id
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import REDIRECT, SECRET, World, location

AUTH = ("demo-web", SECRET)


async def read(world: World, **filters: Any) -> dict[str, Any]:
    await world.deps.refusals.flush()
    response = await world.http.get("/rp/refusals", params=filters, auth=AUTH)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def rules(world: World, **filters: Any) -> list[str]:
    return [one["rule"] for one in (await read(world, **filters))["refusals"]]


async def test_each_endpoint_that_refuses_is_heard_of_with_rule_and_way_out(world: World) -> None:
    await world.register()
    await world.authorize(redirect_uri="https://rp.test/callback/")
    await world.authorize(max_age="soon")
    refused = {"grant_type": "authorization_code", "code": "s3cret-c0de"}
    await world.http.post("/token", data=refused, auth=AUTH)
    await world.http.post("/token", data=refused, auth=("demo-web", "wrong"))
    await world.http.post("/introspect", data={"token_type_hint": "x"}, auth=AUTH)
    await world.http.post("/revoke", data={"token_type_hint": "x"}, auth=AUTH)
    await world.http.post("/par", data={"request_uri": "urn:x"}, auth=AUTH)
    bye = {"client_id": "demo-web", "post_logout_redirect_uri": "https://evil.test/"}
    await world.http.get("/logout", params=bye)
    told = (await read(world))["refusals"]
    assert sorted((one["endpoint"], one["rule"], one["authenticated"]) for one in told) == [
        ("/authorize", "max_age", False),
        ("/authorize", "redirect_uri", False),
        ("/introspect", "token_missing", True),
        ("/logout", "logout_address", False),
        ("/par", "request_uri_pushed", True),
        ("/revoke", "token_missing", True),
        ("/token", "client_secret", False),
        ("/token", "code", True),
    ]
    assert all(one["sentence"] and one["advice"] and one["request_id"] for one in told)
    by_rule = {one["rule"]: one["parameters"] for one in told}
    assert by_rule["redirect_uri"]["redirect_uri"] == "differs in path"
    assert by_rule["logout_address"]["post_logout_redirect_uri"] == "differs in host, path"
    assert by_rule["code"] == {"grant_type": "authorization_code", "code": "present"}
    assert "s3cret-c0de" not in json.dumps(told)


async def test_the_code_a_person_reads_out_leads_to_the_refusal(world: World) -> None:
    await world.register()
    page = await world.authorize(redirect_uri="https://rp.test/callback/")
    shown = re.search(r'class="secret-code"[^>]*>([0-9A-F]{4})-([0-9A-F]{4})<', page.text)
    assert shown is not None
    (told,) = (await read(world))["refusals"]
    assert told["request_id"] == page.headers["x-request-id"]
    assert told["request_id"].startswith((shown[1] + shown[2]).lower())


async def test_a_token_that_opens_nothing_is_told_to_the_client_it_was_given_to(
    world: World,
) -> None:
    await world.register()
    token = (await world.tokens())["access_token"]
    world.clock.advance(timedelta(hours=1))
    assert (await world.userinfo(token)).status_code == 401
    told = (await read(world, endpoint="/userinfo"))["refusals"]
    assert [one["rule"] for one in told] == ["token_worthless"]
    assert token not in json.dumps(told)


async def test_what_shows_only_after_the_person_acted_is_told_as_well(world: World) -> None:
    await world.register(allowed_methods=["pin"], state="test")
    unreachable = "http://eidas.europa.eu/LoA/high"
    assert location(await world.authorize(acr_values=unreachable))["error"].startswith("unmet")
    assert (await world.complete(await world.authorize(), new_id())).error == "access_denied"
    await world.register("pushing")
    pushed = {"response_type": "code", "redirect_uri": REDIRECT, "scope": "openid"}
    made = await world.http.post("/par", data=pushed, auth=("pushing", SECRET))
    query = {"client_id": "pushing", "request_uri": made.json()["request_uri"]}
    once, twice = [await world.http.get("/authorize", params=query) for _ in range(2)]
    person = new_id()
    assert (await world.complete(once, person)).error is None
    assert (await world.complete(twice, person)).error == "invalid_request"
    assert sorted(await rules(world)) == ["acr_impossible", "not_a_tester"]
    kept = await world.deps.pool.fetch("SELECT rule FROM refusal WHERE client_id = 'pushing'")
    assert [row["rule"] for row in kept] == ["request_uri_used"]


async def test_a_claims_parameter_that_is_none_is_explained(world: World) -> None:
    await world.register()
    await world.authorize(claims='{"id_token": {"acr": {"essential": "yes"}}}')
    (told,) = (await read(world))["refusals"]
    assert told["rule"] == "claims_json"
    assert told["sentence"]
    assert told["advice"]


async def test_what_is_asked_for_is_filtered_and_paged_newest_first(world: World) -> None:
    await world.register()
    for number in range(5):
        await world.authorize(max_age=f"x{number}")
        world.clock.advance(timedelta(seconds=1))
    await world.authorize(prompt="dance")
    start = world.clock.now()
    first = await read(world, limit=2)
    second = await read(world, limit=2, cursor=first["next"])
    third = await read(world, limit=2, cursor=second["next"])
    found = [*first["refusals"], *second["refusals"], *third["refusals"]]
    assert [one["rule"] for one in found] == ["prompt", *["max_age"] * 5]
    assert len({one["time"] for one in found}) == 6
    assert await rules(world, rule="prompt") == ["prompt"]
    assert await rules(world, since=start.isoformat()) == ["prompt"]
    assert await rules(world, endpoint="/token") == []


@pytest.mark.parametrize(
    "filters",
    [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"since": "yesterday"}, {"cursor": "é"},
     {"cursor": "AAAA"}, {"rule": "\x00"}],
)  # fmt: skip
async def test_a_malformed_filter_is_an_error_of_the_request(
    world: World, filters: dict[str, str]
) -> None:
    await world.register()
    response = await world.http.get("/rp/refusals", params=filters, auth=AUTH)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_a_client_reads_its_own_log_and_nobody_elses(world: World) -> None:
    await world.register()
    await world.register("other")
    await world.authorize("other", max_age="soon")
    assert await rules(world) == []
    refused = await world.http.get("/rp/refusals", auth=("demo-web", "wrong"))
    assert refused.status_code == 401
    query = {"client_id": "demo-web", "client_secret": SECRET}
    assert (await world.http.get("/rp/refusals", params=query)).status_code == 400
    await world.register("open", token_endpoint_auth_method="none", client_secret=None)
    public = await world.http.get("/rp/refusals", params={"client_id": "open"})
    assert public.status_code == 401


async def test_a_client_with_keys_authenticates_in_the_form_and_once(world: World) -> None:
    client = Fapi(world)
    await client.register()
    form = client.auth()
    response = await world.http.post("/rp/refusals", data=form)
    assert (response.status_code, response.json()["refusals"]) == (200, [])
    again = await world.http.post("/rp/refusals", data=form)
    assert again.status_code == 401
    await world.deps.refusals.flush()
    told = (await world.http.post("/rp/refusals", data=client.auth())).json()["refusals"]
    assert [one["rule"] for one in told] == ["assertion_replayed"]


async def test_who_is_not_registered_is_counted_and_not_kept(world: World) -> None:
    before = log.NOT_KEPT.labels("unknown_client")._value.get()
    await world.authorize("nobody")
    assert log.NOT_KEPT.labels("unknown_client")._value.get() == before + 1
    await world.deps.refusals.flush()
    assert await world.deps.pool.fetchval("SELECT count(*) FROM refusal") == 0


async def test_a_client_that_is_refused_all_the_time_fills_only_its_share(world: World) -> None:
    await world.register()
    await world.register("quiet")
    noisy = Asking(client=await load_client(world.deps.pool, "demo-web"))
    quiet = Asking(client=await load_client(world.deps.pool, "quiet"))
    error = invalid_request("A code_challenge is required.")
    for _ in range(3 * log.PER_CLIENT_A_MINUTE):
        world.deps.refusals.note("/par", error, noisy)
    world.deps.refusals.note("/par", error, quiet)
    await world.deps.refusals.flush()
    kept = await world.deps.pool.fetch("SELECT client_id, count(*) FROM refusal GROUP BY 1")
    assert dict(map(tuple, kept)) == {"demo-web": log.PER_CLIENT_A_MINUTE, "quiet": 1}
    world.clock.advance(timedelta(minutes=1))
    world.deps.refusals.note("/par", error, noisy)
    assert len(await rules(world, since=world.clock.now().isoformat())) == 1


async def test_a_database_that_is_away_loses_nothing_and_delays_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.register()

    async def away(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(log.store, "add", away)
        await world.authorize(max_age="soon")
        await world.deps.refusals.flush()
    assert await rules(world) == ["max_age"]


async def test_the_queue_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.register()
    monkeypatch.setattr(log, "QUEUE", 3)
    for _ in range(5):
        await world.authorize(max_age="soon")
    assert len(await rules(world)) == 3


async def test_refusals_are_forgotten_after_thirty_days(world: World) -> None:
    await world.register()
    await world.authorize(max_age="soon")
    assert await rules(world) == ["max_age"]
    world.clock.advance(timedelta(days=30, seconds=1))
    await maintenance.forget_expired(world.deps.pool, world.clock.now() - maintenance.KEPT)
    assert await rules(world) == []


# What an answer of the vocabulary may consist of, whatever was sent.
FIXED = {
    "present", "empty", "repeated", "registered", "none is registered", "a number", "not a number",
}  # fmt: skip
ANY = st.text(max_size=60) | st.sampled_from(
    ["sk-live-0123456789", "12345678Z", "eyJhbGciOiJub25lIn0.e30.", "openid 12345678Z",
     "https://user:pw@rp.test/callback?dni=12345678Z#x", "ada@example.es", REDIRECT]
)  # fmt: skip


def in_vocabulary(value: str) -> bool:
    if value in FIXED:
        return True
    if value.startswith("differs in "):
        return set(value.removeprefix("differs in ").split(", ")) <= set(DIFFERENCES)
    head, _, tail = value.partition(" ")
    if tail == "characters":
        return head.isdigit() and len(head) <= 4
    return set(value.split(" ")) <= WORDS | {"other"}


@given(
    st.dictionaries(st.sampled_from(sorted(NAMES)) | ANY, ANY, max_size=8),
    st.lists(ANY, max_size=3),
)
def test_nothing_that_was_sent_is_kept_only_words_of_a_fixed_vocabulary(
    parameters: dict[str, str], repeated: list[str]
) -> None:
    told = redact(parameters, repeated, {"redirect_uri": (REDIRECT, "https://rp.test/two")})
    assert told.keys() <= NAMES
    assert all(in_vocabulary(value) for value in told.values()), told
    assert len(json.dumps(told)) < 3000


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (REDIRECT, "registered"),
        (REDIRECT + "/", "differs in path"),
        ("http://rp.test/callback", "differs in scheme"),
        ("https://rp.test:444/callback?x=1", "differs in port, query"),
        ("https://RP.test/callback", "differs in spelling"),
        ("https://x@rp.test/callback#f", "differs in user_information, fragment"),
        ("https://[", "differs in not_a_uri"),
    ],
)
def test_of_an_address_it_is_told_what_differs(asked: str, told: str) -> None:
    assert redact({"redirect_uri": asked}, (), {"redirect_uri": (REDIRECT,)}) == {
        "redirect_uri": told
    }
