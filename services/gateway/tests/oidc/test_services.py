"""A person's connected services and accesses, and cutting a service off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clavis_gateway import maintenance
from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import World, location

PROFILE = "openid profile offline_access"


async def registered(world: World, **changes: Any) -> None:
    await world.register(
        purpose="Tramitar", client_uri="https://rp.test/",
        backchannel_logout_uri=f"{world.peer.url}/backchannel-logout", **changes,
    )  # fmt: skip
    await world.register("portal", first_party=True, audiences=["clavis-gateway"])


async def portal(world: World, subject: str) -> dict[str, str]:
    """Sign in to the portal from a browser of its own."""
    kept = dict(world.http.cookies.items())
    world.http.cookies.clear()
    tokens = await world.tokens("portal", subject_id=subject)
    world.http.cookies.clear()
    for name, value in kept.items():
        world.http.cookies.set(name, value, domain="gateway.test", path="/")
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def ask(world: World, headers: dict[str, str], path: str) -> Any:
    answer = await world.http.get(f"/citizen/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def withdraw(world: World, headers: dict[str, str], client_id: str) -> int:
    answer = await world.http.post(
        "/citizen/v1/services/withdrawal", json={"client_id": client_id}, headers=headers
    )
    return answer.status_code


async def test_the_list_tells_what_each_service_may_read_and_how_it_was_entered(
    world: World,
) -> None:
    await registered(world)
    subject = new_id()
    await world.tokens(subject_id=subject, scope=PROFILE)
    [service] = await ask(world, await portal(world, subject), "services")
    assert (service["client_id"], service["purpose"]) == ("demo-web", {"": "Tramitar"})
    assert "given_name" in service["claims"]
    assert (service["level"], service["acr"], service["times"]) == ("low", Loa.LOW.acr, 1)
    assert service["holds_tokens"]


async def test_withdrawal_ends_tokens_tells_the_service_and_asks_next_time(world: World) -> None:
    await registered(world)
    subject = new_id()
    tokens = await world.tokens(subject_id=subject, scope=PROFILE)
    headers = await portal(world, subject)
    assert await withdraw(world, headers, "demo-web") == 204
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).status_code == 400
    assert await world.introspect(tokens["refresh_token"]) == {"active": False}
    [logout] = await world.peer.next_logout_token()
    login = python_jose.get_unverified_claims(tokens["id_token"])
    assert python_jose.get_unverified_claims(logout)["sid"] == login["sid"]
    assert await ask(world, headers, "services") == []
    answer = location(await world.authorize(prompt="none", scope=PROFILE))
    assert answer["error"] == "consent_required", "the session lives, the telling is forgotten"


async def test_withdrawal_touches_no_other_service_and_no_other_person(world: World) -> None:
    await registered(world)
    await world.register("second")
    subject = new_id()
    other_person = await world.tokens(scope=PROFILE)
    world.http.cookies.clear()
    other_service = await world.tokens("second", subject_id=subject)
    await world.tokens(subject_id=subject, scope=PROFILE)
    await withdraw(world, await portal(world, subject), "demo-web")
    for tokens in (other_person, other_service):
        assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_withdrawal_is_repeatable_and_never_reaches_our_own_applications(
    world: World,
) -> None:
    await registered(world)
    headers = await portal(world, new_id())
    for client_id in ("demo-web", "demo-web", "nobody", "portal"):
        assert await withdraw(world, headers, client_id) == 204
    assert await withdraw(world, headers, "") == 422
    assert await ask(world, headers, "services") == [], "and this token still works"


async def test_the_history_tells_each_access_newest_first_and_in_pages(world: World) -> None:
    await registered(world)
    subject = new_id()
    opened = await world.authorize(acr_values=Loa.SUBSTANTIAL.acr, scope="openid profile")
    await world.complete(opened, subject, Method.PERMANENT_OTP, Loa.SUBSTANTIAL)
    world.clock.advance(timedelta(seconds=1))
    location(await world.authorize())
    world.clock.advance(timedelta(seconds=1))
    headers = await portal(world, subject)
    page = await ask(world, headers, "accesses?limit=2")
    assert [entry["client_id"] for entry in page["entries"]] == ["portal", "demo-web"]
    again = page["entries"][1]
    assert (again["anew"], again["claims"]) == (False, [])
    rest = (
        await world.http.get(
            "/citizen/v1/accesses", params={"after": page["next"]}, headers=headers
        )
    ).json()
    [first] = rest["entries"]
    assert (first["anew"], first["level"], first["method"]) == (
        True, "substantial", "permanent_otp",
    )  # fmt: skip
    assert "given_name" in first["claims"]
    assert rest["next"] is None


async def test_a_cursor_of_somebody_elses_making_is_refused(world: World) -> None:
    await registered(world)
    headers = await portal(world, new_id())
    for after in ("x", "2026-01-01", "2026-01-01T00:00:00+00:00~a\x00"):
        answer = await world.http.get(
            "/citizen/v1/accesses", params={"after": after}, headers=headers
        )
        assert answer.status_code == 400


async def test_the_last_access_is_the_login_before_this_session(world: World) -> None:
    await registered(world)
    subject = new_id()
    first = await portal(world, subject)
    assert (await ask(world, first, "last-access"))["last"] is None
    world.clock.advance(timedelta(minutes=1))
    await world.tokens(subject_id=subject)
    world.clock.advance(timedelta(minutes=1))
    last = (await ask(world, await portal(world, subject), "last-access"))["last"]
    assert (last["client_id"], last["method"]) == ("demo-web", "pin")


async def test_nobody_sees_the_accesses_of_another_person(world: World) -> None:
    await registered(world)
    await world.tokens(scope=PROFILE)
    headers = await portal(world, new_id())
    assert await ask(world, headers, "services") == []
    assert [one["client_id"] for one in (await ask(world, headers, "accesses"))["entries"]] == [
        "portal"
    ]


async def test_the_history_is_forgotten_after_its_retention(world: World) -> None:
    await registered(world)
    await world.tokens(scope=PROFILE)
    world.clock.advance(timedelta(days=world.deps.settings.access_history_days, seconds=1))
    await maintenance.forget_history(world.deps)
    assert await world.deps.pool.fetchval("SELECT count(*) FROM access_record") == 0
    assert await world.deps.pool.fetchval("SELECT count(*) FROM disclosure_record") == 1
    world.clock.advance(timedelta(days=world.deps.settings.disclosure_record_days))
    await maintenance.forget_history(world.deps)
    assert await world.deps.pool.fetchval("SELECT count(*) FROM disclosure_record") == 0
