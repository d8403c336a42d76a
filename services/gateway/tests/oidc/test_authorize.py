"""The authorization endpoint: what it refuses, where it says so, and when it asks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from clavis_gateway.interactions import Reason, load_interaction
from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa

from services.gateway.tests.oidc.gateway_world import REDIRECT, World, location, page_code, pkce

LOW, SUBSTANTIAL, HIGH = (loa.acr for loa in Loa)


async def reasons(world: World, response: Any) -> frozenset[Reason]:
    cookie = world.http.cookies.get("__Host-Http-flow")
    interaction = await load_interaction(world.deps, world.interaction_id(response), cookie)
    assert interaction is not None
    return interaction.reasons


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"client_id": "nobody"}, "unknown_client"),
        ({"client_id": None}, "unknown_client"),
        ({"client_id": "a\x00b"}, "unknown_client"),
        ({"redirect_uri": "https://evil.test/callback"}, "bad_redirect_uri"),
        ({"redirect_uri": REDIRECT + "/"}, "bad_redirect_uri"),
        ({"redirect_uri": REDIRECT + "?x=1"}, "bad_redirect_uri"),
        ({"redirect_uri": None}, "bad_redirect_uri"),
        ({"client_id": "'; DROP TABLE relying_party; --"}, "unknown_client"),
    ],
)
async def test_rfc6749_4_1_2_1_bad_client_or_redirect_is_a_page_and_never_a_redirect(
    world: World, params: dict[str, Any], code: str
) -> None:
    await world.register()
    response = await world.authorize(**params)
    assert response.status_code == 400
    assert page_code(response) == code
    assert "evil.test" not in response.text


async def test_rfc6749_3_1_a_repeated_redirect_uri_is_a_page(world: World) -> None:
    await world.register()
    response = await world.http.get(
        f"/authorize?client_id=demo-web&response_type=code&redirect_uri={REDIRECT}"
        "&redirect_uri=https://evil.test/"
    )
    assert page_code(response) == "bad_redirect_uri"


async def test_a_suspended_client_is_unknown(world: World) -> None:
    await world.register(status="suspended")
    assert page_code(await world.authorize()) == "unknown_client"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "nothing-we-know"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request_object"),
        ({"request_uri": "https://rp.test/request.jwt"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"claims": "{not json"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": 7}}'}, "invalid_request"),
        ({"id_token_hint": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": pkce()[1], "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": pkce()[1]}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"nonce": "n" * 5000}, "invalid_request"),
        ({"dpop_jkt": "tiny"}, "invalid_request"),
    ],
)
async def test_core_3_1_2_6_other_errors_travel_to_the_client_with_state_and_iss(
    world: World, params: dict[str, Any], error: str
) -> None:
    await world.register()
    answer = location(await world.authorize(**params))
    assert answer["error"] == error
    assert answer["state"] == "st4te"
    assert answer["iss"] == "https://gateway.test"
    assert "code" not in answer


async def test_rfc6749_3_1_a_repeated_parameter_is_an_error_for_the_client(world: World) -> None:
    await world.register()
    response = await world.http.get(
        f"/authorize?client_id=demo-web&response_type=code&redirect_uri={REDIRECT}"
        "&scope=openid&scope=email&state=a"
    )
    assert location(response)["error"] == "invalid_request"


async def test_form_post_1_0_errors_are_posted_too(world: World) -> None:
    await world.register()
    response = await world.authorize(response_mode="form_post", prompt="none")
    assert response.status_code == 200
    assert f'action="{REDIRECT}"' in response.text
    assert 'value="login_required"' in response.text


async def test_core_3_1_2_1_post_works_like_get(world: World) -> None:
    await world.register()
    response = await world.http.post(
        "/authorize",
        data={"client_id": "demo-web", "response_type": "code", "scope": "openid",
              "redirect_uri": REDIRECT},
    )  # fmt: skip
    assert world.interaction_id(response)


async def test_core_3_1_2_1_unknown_parameters_and_hints_are_ignored(world: World) -> None:
    await world.register()
    response = await world.authorize(
        display="popup", claims_locales="se", ui_locales="es en", login_hint="x", extra="y"
    )
    assert await reasons(world, response) == {Reason.NO_SESSION}


async def test_rfc9700_2_1_1_a_public_client_must_use_pkce(world: World) -> None:
    await world.register("demo-spa", token_endpoint_auth_method="none", client_secret=None)
    assert location(await world.authorize("demo-spa"))["error"] == "invalid_request"


async def test_core_3_1_2_1_prompt_consent_shows_what_is_sent_and_asks_no_login(
    world: World,
) -> None:
    await world.register()
    await world.tokens()
    response = await world.authorize(prompt="consent")
    assert await reasons(world, response) == {Reason.DISCLOSURE}


@pytest.mark.parametrize("prompt", ["login", "select_account"])
async def test_core_3_1_2_3_prompt_asks_again_despite_a_session(world: World, prompt: str) -> None:
    await world.register()
    await world.tokens()
    response = await world.authorize(prompt=prompt)
    assert await reasons(world, response) == {Reason.PROMPT_LOGIN}


async def test_core_3_1_2_3_max_age_counts_from_the_login(world: World) -> None:
    await world.register()
    await world.tokens()
    world.clock.advance(timedelta(seconds=30))
    assert "code" in location(await world.authorize(max_age="30"))
    world.clock.advance(timedelta(seconds=1))
    assert await reasons(world, await world.authorize(max_age="30")) == {Reason.MAX_AGE}
    assert location(await world.authorize(max_age="30", prompt="none"))["error"] == "login_required"
    assert await reasons(world, await world.authorize(max_age="0")) == {Reason.MAX_AGE}


async def test_core_3_1_2_1_prompt_login_is_not_met_by_an_older_login(world: World) -> None:
    await world.register()
    subject = new_id()
    await world.tokens(subject_id=subject)
    old = world.authentication(subject)
    world.clock.advance(timedelta(seconds=5))
    response = await world.authorize(prompt="login")
    from clavis_gateway.interactions import complete_interaction

    target = await complete_interaction(world.deps, world.interaction_id(response), old)
    assert target.error == "login_required"


async def test_a_session_ends_after_an_hour_without_use_and_after_eight_in_any_case(
    world: World,
) -> None:
    await world.register()
    await world.tokens()
    for _ in range(10):
        world.clock.advance(timedelta(minutes=45))
        assert "code" in location(await world.authorize(prompt="none"))
    world.clock.advance(timedelta(minutes=45))
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    await world.tokens()
    world.clock.advance(timedelta(minutes=61))
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"


async def test_a_client_without_sso_never_builds_on_a_session(world: World) -> None:
    await world.register()
    await world.register("alone", sso_allowed=False)
    await world.tokens()
    assert await reasons(world, await world.authorize("alone")) == {Reason.NO_SESSION}
    assert location(await world.authorize("alone", prompt="none"))["error"] == "login_required"


async def test_step_up_keeps_the_session_and_raises_it(world: World) -> None:
    await world.register()
    await world.register("demo-substantial", minimum_loa="substantial")
    subject = new_id()
    await world.tokens(subject_id=subject)
    response = await world.authorize("demo-substantial")
    cookie = world.http.cookies.get("__Host-Http-flow")
    interaction = await load_interaction(world.deps, world.interaction_id(response), cookie)
    assert interaction is not None
    assert interaction.reasons == {Reason.STEP_UP}
    assert interaction.essential
    assert interaction.session is not None
    assert interaction.session.subject_id == subject
    silent = location(await world.authorize("demo-substantial", prompt="none"))
    assert silent["error"] == "unmet_authentication_requirements"
    before = world.http.cookies.get("__Host-Http-sso")
    target = await world.complete(response, subject, Method.PERMANENT_OTP, Loa.SUBSTANTIAL)
    assert target.error is None
    assert world.http.cookies.get("__Host-Http-sso") != before, "no session fixation"
    assert "code" in location(await world.authorize("demo-substantial", prompt="none"))
    rows = await world.deps.pool.fetch("SELECT loa FROM sso_session")
    assert [row["loa"] for row in rows] == [Loa.SUBSTANTIAL]


async def test_unmet_1_0_a_login_that_ends_short_is_an_error_and_leaves_no_session(
    world: World,
) -> None:
    await world.register("demo-high", minimum_loa="high")
    response = await world.authorize("demo-high")
    target = await world.complete(response, new_id(), Method.PERMANENT_OTP, Loa.SUBSTANTIAL)
    assert target.error == "unmet_authentication_requirements"
    assert target.new_session_cookie is None
    assert await world.deps.pool.fetchval("SELECT count(*) FROM sso_session") == 0


async def test_core_5_5_1_1_an_essential_acr_we_do_not_know_cannot_be_met(world: World) -> None:
    await world.register()
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": "urn:other:3"}}})
    answer = location(await world.authorize(claims=claims))
    assert answer["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    ("asked", "reached", "stated"),
    [
        (f"{LOW} {SUBSTANTIAL} {HIGH}", Loa.SUBSTANTIAL, SUBSTANTIAL),
        (SUBSTANTIAL, Loa.HIGH, SUBSTANTIAL),
        ("urn:unknown", Loa.LOW, LOW),
        (None, Loa.HIGH, HIGH),
    ],
)
async def test_core_5_5_1_1_the_acr_is_one_of_those_asked_for(
    world: World, asked: str | None, reached: Loa, stated: str
) -> None:
    await world.register()
    response = await world.authorize(acr_values=asked)
    target = await world.complete(response, new_id(), Method.CERTIFICATE_QSCD, reached)
    tokens = (await world.exchange(target.params["code"])).json()
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert claims["acr"] == stated


async def test_core_3_1_2_1_the_hinted_person_is_the_only_one_who_may_answer(world: World) -> None:
    await world.register()
    anna, berta = new_id(), new_id()
    hint = (await world.tokens(subject_id=anna))["id_token"]
    world.clock.advance(timedelta(hours=2))
    target = await world.complete(await world.authorize(id_token_hint=hint), berta)
    assert target.error == "login_required"
    target = await world.complete(await world.authorize(id_token_hint=hint), anna)
    assert target.error is None
    assert "code" in location(await world.authorize(id_token_hint=hint, prompt="none"))


async def test_another_person_at_the_same_browser_ends_the_first_session(world: World) -> None:
    await world.register()
    await world.tokens()
    await world.complete(await world.authorize(prompt="login"), new_id())
    ended = await world.deps.pool.fetch("SELECT ended_reason FROM sso_session ORDER BY started_at")
    assert sorted(str(row["ended_reason"]) for row in ended) == ["None", "replaced"]
