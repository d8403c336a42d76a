"""An interaction belongs to one browser and is answered once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from clavis_gateway.interactions import (
    InteractionClosed,
    InteractionState,
    complete_interaction,
    fail_interaction,
    load_interaction,
    save_language,
    save_progress,
)
from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id

from services.gateway.tests.oidc.gateway_world import World


async def test_another_browser_does_not_see_it(world: World) -> None:
    await world.register()
    interaction_id = world.interaction_id(await world.authorize())
    assert await load_interaction(world.deps, interaction_id, "another-browser") is None
    assert await load_interaction(world.deps, interaction_id, None) is None
    assert await load_interaction(world.deps, new_id(), "another-browser") is None


async def test_the_flow_cookie_is_bound_to_host_and_hidden_from_scripts(world: World) -> None:
    await world.register()
    cookie = (await world.authorize()).headers["set-cookie"]
    assert cookie.startswith("__Host-Http-flow=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


async def test_two_tabs_of_one_browser_share_the_cookie(world: World) -> None:
    await world.register()
    one = world.interaction_id(await world.authorize())
    two = world.interaction_id(await world.authorize())
    cookie = world.http.cookies.get("__Host-Http-flow")
    assert await load_interaction(world.deps, one, cookie) is not None
    assert await load_interaction(world.deps, two, cookie) is not None


async def test_progress_and_language_are_kept_while_it_is_open(world: World) -> None:
    await world.register(**{"purpose#es": "Ver su expediente"})
    interaction_id = world.interaction_id(await world.authorize(scope="openid email"))
    await save_progress(world.deps, interaction_id, {"pin_request_id": "7"})
    await save_language(world.deps, interaction_id, "en")
    cookie = world.http.cookies.get("__Host-Http-flow")
    loaded = await load_interaction(world.deps, interaction_id, cookie)
    assert loaded is not None
    assert loaded.progress == {"pin_request_id": "7"}
    assert loaded.language == "en"
    assert loaded.requested_claims == ("email", "email_verified")
    assert loaded.client.display_name("es") == "Servicio de prueba"
    assert loaded.client.display_name("gl") == "Demo"
    assert loaded.client.purpose == {"es": "Ver su expediente"}
    assert loaded.client.domain == "rp.test"


async def test_an_expired_one_is_shown_as_such_and_cannot_be_answered(world: World) -> None:
    await world.register()
    interaction_id = world.interaction_id(await world.authorize())
    cookie = world.http.cookies.get("__Host-Http-flow")
    world.clock.advance(timedelta(minutes=31))
    loaded = await load_interaction(world.deps, interaction_id, cookie)
    assert loaded is not None
    assert loaded.state is InteractionState.EXPIRED
    with pytest.raises(InteractionClosed):
        await complete_interaction(world.deps, interaction_id, world.authentication(new_id()))


async def test_cancel_answers_access_denied(world: World) -> None:
    await world.register()
    interaction_id = world.interaction_id(await world.authorize())
    target = await fail_interaction(world.deps, interaction_id, "access_denied", "Cancelled.")
    assert target.error == "access_denied"
    assert "error=access_denied" in target.url
    with pytest.raises(InteractionClosed):
        await fail_interaction(world.deps, interaction_id, "access_denied", "Cancelled.")


async def test_ten_answers_at_once_give_one_code(world: World) -> None:
    await world.register()
    interaction_id = world.interaction_id(await world.authorize())
    who = world.authentication(new_id())
    answers = await asyncio.gather(
        *(complete_interaction(world.deps, interaction_id, who) for _ in range(10)),
        return_exceptions=True,
    )
    closed = [answer for answer in answers if isinstance(answer, InteractionClosed)]
    assert len(closed) == 9
    assert await world.deps.pool.fetchval("SELECT count(*) FROM authorization_code") == 1


async def test_a_method_the_service_does_not_accept_is_refused(world: World) -> None:
    await world.register(allowed_methods=["certificate_qscd"])
    target = await world.complete(await world.authorize(), new_id(), Method.PIN)
    assert target.error == "access_denied"
