"""What an authentication request may ask (OpenID Connect Core 1.0 sections 3.1.2.1 and 5.5)."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from clavis_gateway.interactions import Reason, load_interaction
from clavis_gateway.store import interactions
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World, location
from services.gateway.tests.oidc.peer import PERSON

LOW = "http://eidas.europa.eu/LoA/low"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"


def claims_of(id_token: str) -> dict[str, Any]:
    body = id_token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


async def reasons(world: World, response: Any) -> frozenset[Reason]:
    interaction_id = world.interaction_id(response)
    cookie = world.http.cookies.get("__Host-Http-flow")
    loaded = await load_interaction(world.deps, interaction_id, cookie)
    assert loaded is not None
    return loaded.reasons


async def test_3_1_2_1_prompts_that_cannot_be(world: World) -> None:
    await world.register()
    for prompt in ("nonsense", "login nonsense", "none login", "none consent", "none nonsense"):
        answer = location(await world.authorize(prompt=prompt))
        assert answer["error"] == "invalid_request", prompt
        assert (answer["state"], answer["iss"]) == ("st4te", ISSUER)


async def test_3_1_2_1_prompts_may_be_combined(world: World) -> None:
    await world.register()
    for prompt in ("login consent", "login login", "consent select_account", " "):
        assert world.interaction_id(await world.authorize(prompt=prompt)), prompt


async def test_registration_4_1_prompt_create_shows_how_to_register(world: World) -> None:
    await world.register()
    person = new_id()
    await world.code(subject_id=person)
    response = await world.authorize(prompt="create")
    path = response.headers["location"]
    assert re.fullmatch(r"/register\?login=[0-9a-f-]{36}", path), "despite the live session"
    page = await world.http.get(path)
    login = path.partition("=")[2]
    assert page.status_code == 200
    assert f'id="continue-login" href="/login/{login}"' in page.text
    assert f"/register?login={login}&amp;lang=en" in page.text, "in any language"
    assert (await world.http.get(f"/login/{login}")).status_code == 200
    silent = location(await world.authorize(prompt="none create"))
    assert silent["error"] == "invalid_request"


async def test_registration_4_1_the_page_leads_to_logins_alone(world: World) -> None:
    for login in ("x", "//evil.test", "javascript:alert(1)", ""):
        page = await world.http.get("/register", params={"login": login})
        assert page.status_code == 200
        assert "continue-login" not in page.text, login


async def test_3_1_2_1_every_display_is_served(world: World) -> None:
    await world.register()
    body = (await world.http.get("/.well-known/openid-configuration")).json()
    assert body["display_values_supported"] == ["page", "popup", "touch", "wap"]
    for display in body["display_values_supported"]:
        response = await world.authorize(display=display, prompt="login")
        assert (await world.complete(response, new_id())).error is None, display


async def test_3_1_2_1_max_age_zero_asks_again_like_prompt_login(world: World) -> None:
    await world.register()
    person = new_id()
    await world.code(subject_id=person)
    assert await reasons(world, await world.authorize(max_age="0")) == {Reason.MAX_AGE}
    world.clock.advance(timedelta(seconds=2))
    before = world.clock.now()
    code = await world.code(subject_id=person, max_age="1")
    tokens = (await world.exchange(code)).json()
    assert claims_of(tokens["id_token"])["auth_time"] == int(before.timestamp())


async def test_3_1_2_1_hints_and_locales_are_kept_for_the_pages(world: World) -> None:
    await world.register()
    tags = "gl pt-BR " + "x " * 20
    response = await world.authorize(
        ui_locales=tags, claims_locales="es en", login_hint="00000001R", display="popup"
    )
    stored = await interactions.find(
        world.deps.pool, world.interaction_id(response), world.clock.now()
    )
    assert stored is not None
    assert stored.request.ui_locales[:2] == ("gl", "pt-BR")
    assert len(stored.request.ui_locales) == 8
    assert stored.request.claims_locales == ("es", "en")
    assert stored.request.login_hint == "00000001R"


async def test_3_1_2_1_without_nonce_and_state(world: World) -> None:
    await world.register()
    response = await world.authorize(state=None)
    target = await world.complete(response, new_id())
    assert set(target.params) == {"code", "iss"}
    tokens = (await world.exchange(target.params["code"])).json()
    assert "nonce" not in claims_of(tokens["id_token"])


async def test_5_4_the_scope_address_is_an_object_in_userinfo(world: World) -> None:
    await world.register(scope="openid address")
    tokens = await world.tokens(scope="openid address")
    body = (await world.userinfo(tokens["access_token"])).json()
    assert body["address"] == PERSON["address"]
    assert "address" not in claims_of(tokens["id_token"])
    metadata = (await world.http.get("/.well-known/openid-configuration")).json()
    assert "address" in metadata["scopes_supported"]
    assert "address" in metadata["claims_supported"]


@pytest.mark.parametrize("member", ["userinfo", "id_token"])
@pytest.mark.parametrize(
    "ask", [None, {"essential": True}, {"value": "x"}, {"values": ["x", "y"], "essential": False}]
)
async def test_5_5_1_a_claim_may_be_asked_for_in_every_way(
    world: World, member: str, ask: dict[str, Any] | None
) -> None:
    await world.register()
    asked = json.dumps({member: {"name": ask, "unknown": ask}})
    tokens = await world.tokens(claims=asked)
    body = (await world.userinfo(tokens["access_token"])).json()
    given, other = (
        (body, claims_of(tokens["id_token"])) if member == "userinfo"
        else (claims_of(tokens["id_token"]), body)
    )  # fmt: skip
    assert given["name"] == PERSON["name"]
    assert "name" not in other
    assert "unknown" not in given


async def test_5_5_a_claims_parameter_that_cannot_be_read(world: World) -> None:
    await world.register()
    for claims in (
        '{"userinfo": {"name": {"values": "x"}}}',
        '{"userinfo": {"name": {"essential": "yes"}}}',
        '{"userinfo": {"name": null, "name": null}}',
        '{"userinfo": []}',
        '{"userinfo": 7}',
        '{"id_token": {"acr": {"values": [7]}}}',
        '{"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"value": "b"}}}',
        "{" * 200,
    ):
        answer = location(await world.authorize(claims=claims))
        assert answer["error"] == "invalid_request", claims


async def test_5_5_1_a_sub_with_a_value_is_about_that_person(world: World) -> None:
    await world.register()
    person = new_id()
    tokens = await world.tokens(subject_id=person)
    sub = claims_of(tokens["id_token"])["sub"]
    asked = json.dumps({"id_token": {"sub": {"value": sub}}})
    assert "code" in location(await world.authorize(claims=asked, prompt="none"))
    other = await world.complete(await world.authorize(claims=asked, prompt="login"), new_id())
    assert other.error == "login_required"
    stranger = json.dumps({"id_token": {"sub": {"value": "somebody-else"}}})
    silent = location(await world.authorize(claims=stranger, prompt="none"))
    assert silent["error"] == "login_required"
    hint = tokens["id_token"]
    both = location(await world.authorize(claims=stranger, id_token_hint=hint))
    assert both["error"] == "invalid_request"


async def test_5_5_1_1_a_voluntary_acr_is_a_wish(world: World) -> None:
    await world.register()
    asked = json.dumps({"id_token": {"acr": {"values": [SUBSTANTIAL, LOW]}}})
    response = await world.authorize(claims=asked)
    target = await world.complete(response, new_id(), loa=Loa.LOW)
    tokens = (await world.exchange(target.params["code"])).json()
    assert claims_of(tokens["id_token"])["acr"] == LOW


async def test_5_5_1_1_an_essential_acr_is_a_demand(world: World) -> None:
    await world.register()
    asked = json.dumps({"id_token": {"acr": {"essential": True, "value": SUBSTANTIAL}}})
    target = await world.complete(await world.authorize(claims=asked), new_id(), loa=Loa.LOW)
    assert target.error == "unmet_authentication_requirements"


async def test_form_post_1_0_the_page_needs_no_script_and_allows_one_target(world: World) -> None:
    await world.register()
    await world.code()
    response = await world.authorize(response_mode="form_post")
    assert response.status_code == 200
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', response.text))
    assert set(fields) == {"code", "state", "iss"}
    assert 'id="continue"' in response.text
    assert f'<form method="post" action="{REDIRECT}">' in response.text
    policy = response.headers["content-security-policy"]
    assert "form-action https://rp.test" in policy
    assert "'unsafe-inline'" not in policy
    assert "onload=" not in response.text
    assert "no-store" in response.headers["cache-control"]


async def test_rfc9207_2_every_answer_says_who_gives_it(world: World) -> None:
    await world.register()
    answers = [
        location(await world.authorize(prompt="none")),
        location(await world.authorize(response_type="token")),
        location(await world.authorize(scope="nothing")),
        location(await world.authorize(request="x.y.z")),
    ]
    target = await world.complete(await world.authorize(), new_id())
    assert {answer["iss"] for answer in [*answers, target.params]} == {ISSUER}


async def test_rfc8414_3_the_metadata_at_both_addresses(world: World) -> None:
    openid = await world.http.get("/.well-known/openid-configuration")
    oauth = await world.http.get("/.well-known/oauth-authorization-server")
    assert openid.json() == oauth.json()
    for path in ("", "idp", "idp/"):
        nobody = await world.http.get(f"/.well-known/oauth-authorization-server/{path}")
        assert nobody.status_code == 404
