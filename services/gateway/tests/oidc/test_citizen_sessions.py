"""The citizen sees and ends their own sessions, and nobody else's."""

from __future__ import annotations

from typing import Any

from clavis_kit.ids import new_id

from services.gateway.tests.oidc.gateway_world import World, location


async def portal(world: World, subject: str) -> dict[str, str]:
    tokens = await world.tokens("portal", subject_id=subject)
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def registered(world: World) -> None:
    await world.register()
    await world.register("portal", first_party=True, audiences=["clavis-gateway"])


async def test_the_list_names_the_services_entered(world: World) -> None:
    await registered(world)
    headers = await portal(world, new_id())
    location(await world.authorize())
    listed: list[dict[str, Any]] = (
        await world.http.get("/citizen/v1/sessions", headers=headers)
    ).json()
    assert len(listed) == 1
    session = listed[0]
    assert (session["current"], session["method"], session["loa"]) == (True, "pin", "low")
    assert [service["client_name"] for service in session["services"]] == ["Demo", "Demo"]


async def test_ending_another_browser_leaves_this_one(world: World) -> None:
    await registered(world)
    subject = new_id()
    first = await world.tokens(subject_id=subject)
    world.http.cookies.clear()
    headers = await portal(world, subject)
    listed = (await world.http.get("/citizen/v1/sessions", headers=headers)).json()
    other = next(session for session in listed if not session["current"])
    ended = await world.http.post(
        f"/citizen/v1/sessions/{other['session_id']}/end", headers=headers
    )
    assert ended.status_code == 204
    assert (await world.userinfo(first["access_token"])).status_code == 401
    assert len((await world.http.get("/citizen/v1/sessions", headers=headers)).json()) == 1


async def test_nobody_ends_the_session_of_another_person(world: World) -> None:
    await registered(world)
    victim = await world.tokens()
    session_id = await world.deps.pool.fetchval("SELECT session_id FROM sso_session")
    world.http.cookies.clear()
    headers = await portal(world, new_id())
    await world.http.post(f"/citizen/v1/sessions/{session_id}/end", headers=headers)
    assert (await world.userinfo(victim["access_token"])).status_code == 200


async def test_what_is_no_session_needs_no_ending(world: World) -> None:
    await registered(world)
    headers = await portal(world, new_id())
    for session_id in ("a%00b", "'; --", "x" * 3000):
        answer = await world.http.post(f"/citizen/v1/sessions/{session_id}/end", headers=headers)
        assert answer.status_code == 204
    assert len((await world.http.get("/citizen/v1/sessions", headers=headers)).json()) == 1


async def test_ending_all_ends_this_one_too(world: World) -> None:
    await registered(world)
    headers = await portal(world, new_id())
    answer = await world.http.post("/citizen/v1/sessions/end-all", headers=headers)
    assert answer.json() == {"ended": 1}
    assert (await world.http.get("/citizen/v1/sessions", headers=headers)).status_code == 401


async def test_rfc9068_4_a_token_for_another_audience_opens_nothing(world: World) -> None:
    await registered(world)
    tokens = await world.tokens()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await world.http.get("/citizen/v1/sessions", headers=headers)).status_code == 401
    assert (await world.http.get("/citizen/v1/sessions")).status_code == 401
