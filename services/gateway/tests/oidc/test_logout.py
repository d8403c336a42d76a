"""Logout: RP-Initiated Logout 1.0 and Back-Channel Logout 1.0."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from clavis_gateway.oidc.backchannel import MAX_ATTEMPTS, pause_after
from clavis_kit.ids import new_id
from clavis_testkit.patience import until
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import (
    ISSUER,
    World,
    location,
    page_code,
)

BYE = "https://rp.test/bye"


async def confirm(world: World, page: httpx.Response, **extra: str) -> httpx.Response:
    assert 'id="confirm-logout"' in page.text
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    return await world.http.post("/logout/confirmation", data={"token": token[1]} | extra)


async def test_2_the_person_is_asked_and_then_goes_back(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    page = await world.http.get(
        "/logout",
        params={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE, "state": "s"},
    )
    assert "code" in location(await world.authorize(prompt="none")), "asking ends nothing"
    done = await confirm(world, page)
    assert f"{BYE}?state=s" in done.text
    assert "__Host-Http-sso=" in done.headers["set-cookie"]
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await world.refresh(tokens["refresh_token"])).status_code == 400


async def test_2_who_says_no_stays_logged_in(world: World) -> None:
    await world.register()
    await world.tokens()
    page = await world.http.get("/logout")
    await confirm(world, page, cancel="1")
    assert "code" in location(await world.authorize(prompt="none"))


async def test_2_an_expired_hint_is_as_good(world: World) -> None:
    await world.register()
    hint = (await world.tokens())["id_token"]
    world.clock.advance(timedelta(minutes=59))
    page = await world.http.post("/logout", data={"id_token_hint": hint})
    assert 'id="confirm-logout"' in page.text


@pytest.mark.parametrize(
    "params",
    [
        {"post_logout_redirect_uri": BYE},
        {"client_id": "demo-web", "post_logout_redirect_uri": "https://evil.test/"},
        {"client_id": "demo-web", "post_logout_redirect_uri": BYE + "?added=1"},
        {"client_id": "nobody"},
        {"id_token_hint": "nonsense"},
        {"client_id": "a\x00b"},
    ],
)
async def test_4_a_bad_request_is_a_page_and_never_a_redirect(
    world: World, params: dict[str, str]
) -> None:
    await world.register()
    await world.tokens()
    response = await world.http.get("/logout", params=params)
    assert response.status_code == 400
    assert page_code(response) == "bad_logout_request"


async def test_2_a_modified_hint_and_another_clients_hint_are_refused(world: World) -> None:
    await world.register()
    await world.register("other")
    hint = (await world.tokens())["id_token"]
    for params in ({"id_token_hint": hint[:-6] + "AAAAAA"},
                   {"id_token_hint": hint, "client_id": "other"}):  # fmt: skip
        assert page_code(await world.http.get("/logout", params=params)) == "bad_logout_request"


async def test_3_without_session_a_hint_sends_the_browser_back_at_once(world: World) -> None:
    await world.register()
    hint = (await world.tokens())["id_token"]
    world.http.cookies.clear()
    response = await world.http.get(
        "/logout",
        params={"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "a b"},
    )
    assert (response.status_code, response.headers["location"]) == (303, f"{BYE}?state=a+b")


async def test_3_without_session_and_hint_the_person_may_go_but_is_not_sent(world: World) -> None:
    await world.register()
    response = await world.http.get(
        "/logout", params={"client_id": "demo-web", "post_logout_redirect_uri": BYE}
    )
    assert response.status_code == 200
    assert f'href="{BYE}"' in response.text
    assert 'http-equiv="refresh"' not in response.text


# The negative cases of the RP-initiated logout plan: a page, never a redirect.
@pytest.mark.parametrize(
    ("case", "params", "asks"),
    [
        ("no-params", {}, True),
        ("only-state", {"state": "s"}, True),
        ("no-post-logout-redirect-uri", {"id_token_hint": "HINT", "state": "s"}, True),
        ("no-state", {"id_token_hint": "HINT", "post_logout_redirect_uri": BYE}, True),
        ("no-id-token-hint", {"post_logout_redirect_uri": BYE, "state": "s"}, False),
        ("bad-id-token-hint", {"id_token_hint": "a.b.c", "post_logout_redirect_uri": BYE}, False),
        ("modified-id-token-hint", {"id_token_hint": "MODIFIED"}, False),
        (
            "bad-post-logout-redirect-uri",
            {"id_token_hint": "HINT", "post_logout_redirect_uri": "https://rp.test/else"},
            False,
        ),
        (
            "query-added-to-post-logout-redirect-uri",
            {"id_token_hint": "HINT", "post_logout_redirect_uri": f"{BYE}?x=1"},
            False,
        ),
        ("client-id-mismatch", {"id_token_hint": "HINT", "client_id": "other"}, False),
    ],
)
@pytest.mark.parametrize("session", [True, False])
async def test_conformance_every_unusual_request_ends_in_a_page(
    world: World, case: str, params: dict[str, str], asks: bool, session: bool
) -> None:
    await world.register()
    await world.register("other")
    hint = (await world.tokens())["id_token"]
    head, body, signature = hint.split(".")
    hints = {"HINT": hint, "MODIFIED": ".".join([head, body, signature[::-1]])}
    sent = {name: hints.get(value, value) for name, value in params.items()}
    if not session:
        world.http.cookies.clear()
    page = await world.http.get("/logout", params=sent)
    if case == "no-state" and not session:
        assert page.headers["location"] == BYE
        return
    assert page.status_code == (200 if asks else 400), case
    assert "http-equiv" not in page.text
    if not asks:
        assert page_code(page) == "bad_logout_request"
    elif session:
        done = await confirm(world, page)
        assert ("http-equiv" in done.text) == (case == "no-state")
        assert location(await world.authorize(prompt="none"))["error"] == "login_required"


async def test_2_locales_and_a_logout_hint_are_understood_and_name_nobody(world: World) -> None:
    await world.register()
    await world.tokens()
    page = await world.http.get(
        "/logout", params={"ui_locales": "en es", "logout_hint": "alba@example.test"}
    )
    assert '<html lang="en">' in page.text
    assert "alba" not in page.text


async def test_logout_everywhere_ends_every_browser_of_the_person_and_nobody_elses(
    world: World,
) -> None:
    await world.register()
    subject = new_id()
    stranger = await world.tokens()
    world.http.cookies.clear()
    elsewhere = await world.tokens(subject_id=subject)
    world.http.cookies.clear()
    here = await world.tokens(subject_id=subject)
    page = await world.http.get("/logout")
    assert 'id="everywhere"' in page.text
    await confirm(world, page, everywhere="yes")
    for tokens, status in ((here, 401), (elsewhere, 401), (stranger, 200)):
        assert (await world.userinfo(tokens["access_token"])).status_code == status


async def test_who_has_one_session_is_not_asked_about_others(world: World) -> None:
    await world.register()
    await world.tokens()
    assert 'id="everywhere"' not in (await world.http.get("/logout")).text


@pytest.mark.parametrize("token", ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_a_forged_confirmation_ends_nothing(world: World, token: str) -> None:
    await world.register()
    await world.tokens()
    response = await world.http.post("/logout/confirmation", data={"token": token})
    assert page_code(response) == "request_expired"
    assert "code" in location(await world.authorize(prompt="none"))


async def test_backchannel_2_4_every_service_gets_a_token_it_can_verify(world: World) -> None:
    uri = f"{world.peer.url}/backchannel-logout"
    await world.register(backchannel_logout_uri=uri, backchannel_logout_session_required=True)
    await world.register("second", backchannel_logout_uri=uri)
    tokens = await world.tokens()
    location(await world.authorize("second"))
    await confirm(world, await world.http.get("/logout"))
    received = {}
    for token in await world.peer.next_logout_token(2):
        kid = python_jose.get_unverified_header(token)["kid"]
        key = next(k for k in (await world.jwks())["keys"] if k["kid"] == kid)
        claims = python_jose.decode(
            token, key, algorithms=["RS256"], issuer=ISSUER,
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
        )  # fmt: skip
        assert python_jose.get_unverified_header(token)["typ"] == "logout+jwt"
        received[claims["aud"]] = claims
    mine = received["demo-web"]
    login = python_jose.get_unverified_claims(tokens["id_token"])
    assert (mine["sub"], mine["sid"]) == (login["sub"], login["sid"])
    assert mine["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in mine
    assert received["second"]["sid"] != mine["sid"]


async def test_backchannel_2_8_a_failed_delivery_is_tried_again_with_the_same_jti(
    world: World,
) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    await world.tokens()
    world.peer.logout_statuses[:] = [500]
    await confirm(world, await world.http.get("/logout"))
    await world.peer.next_logout_token(1)
    await _until_recorded(world, "500")
    world.clock.advance(timedelta(seconds=2))
    world.deps.logouts.wake()
    first, second = await world.peer.next_logout_token(2)
    jtis = {python_jose.get_unverified_claims(token)["jti"] for token in (first, second)}
    assert len(jtis) == 1
    await _until_recorded(world, "200")


async def _until_recorded(world: World, outcome: str) -> None:
    query = "SELECT true FROM logout_delivery WHERE last_outcome = $1"
    await until(lambda: world.deps.pool.fetchval(query, outcome), outcome)


def test_retries_grow_and_end() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert pauses[-1] is None
    assert pauses[:3] == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4)]


async def test_backchannel_2_7_offline_access_outlives_a_logout(world: World) -> None:
    await world.register()
    tokens = await world.tokens(scope="openid offline_access")
    await confirm(world, await world.http.get("/logout"))
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_logout_at_one_browser_leaves_the_other(world: World) -> None:
    await world.register()
    tokens = await world.tokens()
    world.http.cookies.clear()
    await world.tokens()
    await confirm(world, await world.http.get("/logout"))
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
