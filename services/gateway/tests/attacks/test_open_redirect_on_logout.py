"""Open redirect on logout (RP-Initiated Logout 1.0 section 3): only to what was registered."""

from __future__ import annotations

import re

from services.gateway.tests.oidc.gateway_world import World, page_code

BYE = "https://rp.test/bye"
TRICKS = (
    "https://evil.test/", "//evil.test/bye", "https://rp.test@evil.test/bye", BYE + "?next=x",
    BYE + "#x", BYE + "/", "https://rp.test/bye/../x", "https://RP.test/bye", "http://rp.test/bye",
    "https://rp.test:443/bye", "https://rp.test\\@evil.test/bye", "javascript:alert(1)", " " + BYE,
    "data:text/html,x", "https://rp.test/%62ye", "https://rp.test/callback", "/bye",
    BYE + "\r\nX: y",
)  # fmt: skip


async def test_no_trick_leads_anywhere(world: World) -> None:
    await world.register()
    hint = (await world.tokens())["id_token"]
    for trick in TRICKS:
        for who in ({"client_id": "demo-web"}, {"id_token_hint": hint}, {}):
            asked = who | {"post_logout_redirect_uri": trick}
            response = await world.http.get("/logout", params=asked)
            assert page_code(response) == "bad_logout_request", trick
            assert "location" not in response.headers
            assert "evil.test" not in response.text


async def test_the_address_of_one_client_is_none_of_another(world: World) -> None:
    await world.register()
    await world.register("other", post_logout_redirect_uris=["https://other.test/bye"])
    hint = (await world.tokens())["id_token"]
    for who in ({"client_id": "demo-web"}, {"id_token_hint": hint}):
        asked = who | {"post_logout_redirect_uri": "https://other.test/bye"}
        assert page_code(await world.http.get("/logout", params=asked)) == "bad_logout_request"
    both = {"id_token_hint": hint, "client_id": "other",
            "post_logout_redirect_uri": "https://other.test/bye"}  # fmt: skip
    assert page_code(await world.http.get("/logout", params=both)) == "bad_logout_request"


async def test_a_stranger_cannot_send_the_question_with_an_address_of_its_own(world: World) -> None:
    # The address travels sealed in the question; nothing beside it counts.
    await world.register()
    hint = (await world.tokens())["id_token"]
    page = await world.http.get("/logout", params={"id_token_hint": hint})
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    form = {"token": token[1], "post_logout_redirect_uri": "https://evil.test/",
            "return_to": "https://evil.test/"}  # fmt: skip
    done = await world.http.post("/logout/confirmation", data=form)
    assert "evil.test" not in done.text + str(done.headers)


async def test_a_link_of_somebody_else_logs_nobody_out(world: World) -> None:
    await world.register()
    token = (await world.tokens())["access_token"]
    for method in ("GET", "POST"):
        await world.http.request(method, "/logout")
    assert (await world.userinfo(token)).status_code == 200
