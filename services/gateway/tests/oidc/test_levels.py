"""Levels on the wire: aliases, ages, single sign-on, step-up that keeps the session, dead ends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from clavis_gateway.interactions import Reason, complete_interaction
from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import SECRET, World, location

UNMET = "unmet_authentication_requirements"
SPID_L2 = "https://www.spid.gov.it/SpidL2"
VERIFIED = "urn:acr.login.gov:verified"
ALIASES = {VERIFIED: "substantial", SPID_L2: "substantial", "eidas3": "high"}


def essential(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(values)}}})


async def id_token(world: World, code: str, client_id: str = "demo-web") -> dict[str, Any]:
    answer = await world.exchange(code, auth=(client_id, SECRET))
    assert answer.status_code == 200, answer.text
    claims: dict[str, Any] = python_jose.get_unverified_claims(answer.json()["id_token"])
    return claims


async def reasons(world: World, response: Any) -> frozenset[str]:
    found = await world.deps.pool.fetchval(
        "SELECT reasons FROM interaction WHERE interaction_id = $1", world.interaction_id(response)
    )
    return frozenset(found)


async def logged_in(
    world: World, loa: Loa = Loa.SUBSTANTIAL, method: Method = Method.PERMANENT_OTP, **params: Any
) -> tuple[str, dict[str, Any]]:
    subject = new_id()
    target = await world.complete(await world.authorize(**params), subject, method, loa)
    assert target.error is None, target.params
    return subject, await id_token(world, target.params["code"])


@pytest.mark.parametrize("alias", [VERIFIED, SPID_L2])
async def test_who_asks_by_an_alias_is_answered_by_it(world: World, alias: str) -> None:
    await world.register(acr_aliases=ALIASES)
    _, claims = await logged_in(world, Loa.HIGH, Method.CERTIFICATE_QSCD, acr_values=alias)
    assert claims["acr"] == alias
    _, claims = await logged_in(world, prompt="login", claims=essential("urn:none", alias))
    assert claims["acr"] == alias


async def test_an_alias_demands_its_level(world: World) -> None:
    await world.register(acr_aliases=ALIASES)
    opened = await world.authorize(acr_values=SPID_L2)
    target = await world.complete(opened, new_id(), Method.PIN, Loa.LOW)
    assert target.error == UNMET


async def test_core_3_1_2_1_an_unknown_voluntary_value_is_ignored(world: World) -> None:
    await world.register()
    _, claims = await logged_in(world, Loa.LOW, Method.PIN, acr_values=SPID_L2)
    assert claims["acr"] == Loa.LOW.acr


async def test_core_5_5_1_1_an_unknown_essential_value_is_unmet_at_once(world: World) -> None:
    await world.register()
    assert location(await world.authorize(claims=essential(SPID_L2)))["error"] == UNMET


async def test_what_no_accepted_method_reaches_is_unmet_before_anybody_tries(world: World) -> None:
    await world.register(allowed_methods=["pin", "app"])
    assert location(await world.authorize(acr_values=Loa.HIGH.acr))["error"] == UNMET
    assert location(await world.authorize(acr_values=Loa.HIGH.acr, prompt="none"))["error"] == UNMET


async def test_prompt_none_names_the_level_that_a_session_lacks(world: World) -> None:
    await world.register()
    await logged_in(world, Loa.LOW, Method.PERMANENT)
    answer = location(await world.authorize(prompt="none", acr_values=Loa.SUBSTANTIAL.acr))
    assert answer["error"] == UNMET


async def test_a_step_up_keeps_the_session_and_its_sid(world: World) -> None:
    await world.register()
    subject, first = await logged_in(world, Loa.LOW, Method.PERMANENT)
    opened = await world.authorize(acr_values=Loa.SUBSTANTIAL.acr)
    assert await reasons(world, opened) == {Reason.STEP_UP}
    target = await world.complete(opened, subject, Method.PERMANENT_OTP, Loa.SUBSTANTIAL)
    second = await id_token(world, target.params["code"])
    assert (second["sid"], second["acr"]) == (first["sid"], Loa.SUBSTANTIAL.acr)
    assert await world.deps.pool.fetchval("SELECT count(*) FROM sso_session") == 1


async def test_a_level_that_aged_out_is_renewed_in_the_same_session(world: World) -> None:
    await world.register(level_max_age={"substantial": 600})
    subject, first = await logged_in(world)
    wanted = {"acr_values": Loa.SUBSTANTIAL.acr}
    logged_in_at = world.clock.now()
    world.clock.advance(timedelta(seconds=601))
    assert location(await world.authorize(prompt="none", **wanted))["error"] == UNMET
    assert "code" in location(await world.authorize()), "low is still good"
    opened = await world.authorize(**wanted)
    assert await reasons(world, opened) == {Reason.LEVEL_AGED}
    # The code alone was entered: the password of the session is as old as it was.
    world.clock.advance(timedelta(seconds=5))
    old_password = world.authentication(subject, Method.PERMANENT_OTP, Loa.SUBSTANTIAL)
    interaction = world.interaction_id(opened)
    target = await complete_interaction(world.deps, interaction, _since(old_password, logged_in_at))
    assert target.new_session_cookie is not None
    world.http.cookies.set(
        "__Host-Http-sso", target.new_session_cookie, domain="gateway.test", path="/"
    )
    second = await id_token(world, target.params["code"])
    assert second["sid"] == first["sid"]
    assert second["auth_time"] == first["auth_time"], "as old as the older factor"
    world.clock.advance(timedelta(seconds=590))
    assert "code" in location(await world.authorize(prompt="none", **wanted))


def _since(authentication: Any, at: Any) -> Any:
    from dataclasses import replace

    return replace(authentication, auth_time=at)


async def test_the_operators_age_of_high_holds_everywhere(world: World) -> None:
    await world.register()
    await logged_in(world, Loa.HIGH, Method.CERTIFICATE_QSCD)
    high = {"acr_values": Loa.HIGH.acr, "prompt": "none"}
    world.clock.advance(timedelta(seconds=world.deps.settings.high_max_age_seconds))
    assert "code" in location(await world.authorize(**high))
    world.clock.advance(timedelta(seconds=1))
    assert location(await world.authorize(**high))["error"] == UNMET
    assert "code" in location(await world.authorize(acr_values=Loa.SUBSTANTIAL.acr))


async def test_a_session_older_than_a_relying_party_accepts_is_not_reused_there(
    world: World,
) -> None:
    await world.register(sso_max_age_seconds=300)
    await world.register("other")
    await logged_in(world)
    world.clock.advance(timedelta(seconds=301))
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    assert "code" in location(await world.authorize("other", prompt="none"))


@pytest.mark.parametrize("said", [None, False])
async def test_a_session_answers_only_relying_parties_that_opted_into_single_sign_on(
    world: World, said: bool | None
) -> None:
    await world.register(sso_allowed=said)
    await world.register("other")
    await logged_in(world)
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    assert "code" in location(await world.authorize("other", prompt="none"))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("acr_aliases", {"eidas2": "enough"}),
        ("acr_aliases", {"two words": "low"}),
        ("acr_aliases", {Loa.HIGH.acr: "low"}),
        ("acr_aliases", ["eidas2"]),
        ("acr_aliases", {f"a{n}": "low" for n in range(21)}),
        ("sso_max_age_seconds", 0),
        ("sso_max_age_seconds", True),
        ("sso_max_age_seconds", "300"),
        ("level_max_age", {"medium": 5}),
        ("level_max_age", {"high": -1}),
    ],
)
async def test_a_wrong_registration_of_levels_is_refused(
    world: World, member: str, value: Any
) -> None:
    from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError

    with pytest.raises(MetadataError, match=member):
        await world.register(**{member: value})


async def test_consent_required_when_a_silent_answer_would_send_what_was_not_shown(
    world: World,
) -> None:
    await world.register()
    await logged_in(world)
    wider = {"scope": "openid profile"}
    assert location(await world.authorize(prompt="none", **wider))["error"] == "consent_required"
    opened = await world.authorize(**wider)
    assert await reasons(world, opened) == {Reason.DISCLOSURE}
