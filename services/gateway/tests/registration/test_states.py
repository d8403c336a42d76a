"""What each state of a relying party lets happen."""

from __future__ import annotations

import asyncpg
import pytest
from clavis_gateway.registration import relying_party
from clavis_gateway.registration.actions import set_state
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import relying_parties, testers
from clavis_gateway.store.testers import Entry, Kind
from clavis_kit.ids import new_id

from services.gateway.tests.oidc.gateway_world import (
    ISSUER,
    SECRET,
    World,
    location,
    page_code,
    registration,
)


async def enlist(world: World, kind: Kind, value: str, client_id: str = "demo-web") -> None:
    async with world.deps.pool.acquire() as connection:
        entry = Entry(kind, value, world.clock.now(), "tests")
        assert await testers.add(connection, client_id, entry)


async def to(world: World, state: State) -> None:
    found = await relying_parties.find(world.deps.pool, "demo-web")
    assert found is not None
    await set_state(world.registrar(), world.deps.pool, found, state)


async def meet(world: World, subject_id: str, national_id: str) -> None:
    await world.deps.pool.execute(
        "INSERT INTO person (subject_id, version, status, level, national_id_hash, updated_at)"
        " VALUES ($1, 1, 'active', 'advanced', $2, now())",
        subject_id,
        world.deps.national_ids.of(national_id),
    )


async def test_a_draft_and_a_suspended_one_make_no_request(world: World) -> None:
    for state in ("draft", "suspended"):
        await world.register(state, state=state)
        assert page_code(await world.authorize(state)) == "unknown_client"
        refused = await world.exchange("x", auth=(state, SECRET))
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    await world.deps.refusals.flush()
    told = await world.deps.pool.fetch("SELECT client_id, endpoint, rule FROM refusal")
    assert sorted(map(tuple, told)) == [
        (state, endpoint, "client_state")
        for state in ("draft", "suspended")
        for endpoint in ("/authorize", "/token")
    ], "its log says why; the answer says no more than to a stranger"


async def test_in_test_only_testers_complete_a_login(world: World) -> None:
    await world.register(state="test")
    tester, stranger = new_id(), new_id()
    await enlist(world, "subject", tester)
    refused = await world.complete(await world.authorize(), stranger)
    assert refused.error == "access_denied"
    assert "tester" in refused.params["error_description"]
    completed = await world.complete(await world.authorize(), tester)
    assert completed.error is None


async def test_a_tester_may_be_named_by_national_identity_number(world: World) -> None:
    await world.register(state="test")
    subject = new_id()
    await enlist(world, "national_id", world.deps.national_ids.of("00000001R"))
    assert (await world.complete(await world.authorize(), subject)).error == "access_denied"
    await meet(world, subject, "00000001R")
    assert (await world.complete(await world.authorize(), subject)).error is None


async def test_a_session_of_somebody_else_does_not_open_a_service_in_test(world: World) -> None:
    await world.register("open")
    await world.register(state="test")
    await world.complete(await world.authorize("open"), new_id())
    answer = location(await world.authorize(prompt="none"))
    assert answer["error"] in {"login_required", "access_denied"}


async def test_the_pages_say_that_the_service_is_in_test(world: World) -> None:
    await world.register(state="test")
    page = await world.http.get((await world.authorize()).headers["location"])
    assert 'data-code="service-in-test"' in page.text
    await to(world, State.PRODUCTION)
    page = await world.http.get((await world.authorize()).headers["location"])
    assert "service-in-test" not in page.text


async def test_a_suspension_kills_tokens_at_once_and_a_return_lets_them_live(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    await to(world, State.SUSPENDED)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client"
    await to(world, State.PRODUCTION)
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_who_leaves_the_tester_list_loses_what_the_tests_gave(world: World) -> None:
    await world.register(state="test")
    tester = new_id()
    await enlist(world, "subject", tester)
    tokens = await world.tokens(subject_id=tester)
    now = world.clock.now()
    async with world.deps.pool.acquire() as connection:
        assert await testers.remove(connection, "demo-web", "subject", tester, now)
        assert not await testers.remove(connection, "demo-web", "subject", tester, now)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize(
    ("described", "state"),
    [
        ({}, State.PRODUCTION),
        ({"status": "active"}, State.PRODUCTION),
        ({"status": "suspended"}, State.SUSPENDED),
        ({"state": "draft"}, State.DRAFT),
    ],
)
def test_older_descriptions_keep_their_meaning(described: dict[str, str], state: State) -> None:
    assert relying_party(registration(**described), ISSUER).state is state


async def test_the_word_of_the_release_before_is_production(world: World) -> None:
    await world.register()
    owner = await asyncpg.connect(world.database.owner_dsn)
    try:
        await owner.execute("ALTER TABLE relying_party DROP CONSTRAINT relying_party_status_check")
        await owner.execute("UPDATE relying_party SET status = 'active'")
        assert (await world.authorize()).status_code == 303
        assert len(await relying_parties.listed(world.deps.pool, state="production")) == 1
    finally:
        await owner.execute("UPDATE relying_party SET status = 'production'")
        await owner.execute(
            "ALTER TABLE relying_party ADD CONSTRAINT relying_party_status_check"
            " CHECK (status IN ('draft', 'test', 'production', 'suspended'))"
        )
        await owner.close()
