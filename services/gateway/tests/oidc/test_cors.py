"""Scripts of other origins: RFC 9700 section 2.6 and the CORS protocol of the Fetch standard."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from clavis_gateway.oidc.cors import EXPOSED_HEADERS, OriginBook, origin_of

from services.gateway.tests.oidc.gateway_world import SECRET, World

HERE, ELSEWHERE = "https://rp.test", "https://evil.test"
ALLOW = "access-control-allow-origin"


async def preflight(world: World, path: str, origin: str, method: str = "POST") -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,dpop,content-type",
    }
    return await world.http.options(path, headers=asked)


@pytest.mark.parametrize("path", ["/token", "/par", "/revoke", "/userinfo"])
async def test_a_preflight_opens_an_endpoint_to_the_origins_of_relying_parties(
    world: World, path: str
) -> None:
    await world.register()
    answer = await preflight(world, path, HERE)
    assert (answer.status_code, answer.headers[ALLOW]) == (204, HERE)
    assert {"authorization", "dpop", "content-type"} == {
        name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")
    }
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    for other in (ELSEWHERE, "null", "https://rp.test:444", "http://rp.test", HERE + ".evil.test"):
        assert ALLOW not in (await preflight(world, path, other)).headers


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"],
)
async def test_public_documents_may_be_read_from_anywhere(world: World, path: str) -> None:
    answer = await world.http.get(path, headers={"Origin": ELSEWHERE})
    assert answer.headers.get_list(ALLOW) == ["*"]
    assert "access-control-allow-credentials" not in answer.headers
    assert (await preflight(world, path, ELSEWHERE, "GET")).headers[ALLOW] == "*"


async def test_an_answer_is_open_to_the_origins_of_its_own_client_alone(world: World) -> None:
    await world.register()
    await world.register("other", redirect_uris=["https://other.test/cb"])
    form = {"grant_type": "authorization_code", "code": "x"}

    async def asked(origin: str, **changes: Any) -> httpx.Response:
        auth = changes.pop("auth", ("demo-web", SECRET))
        headers = {"Origin": origin}
        return await world.http.post("/token", data=form | changes, auth=auth, headers=headers)

    answer = await asked(HERE)
    assert (answer.status_code, answer.headers[ALLOW]) == (400, HERE)
    assert answer.headers["access-control-expose-headers"] == EXPOSED_HEADERS
    assert "Origin" in answer.headers["vary"]
    # Registered, but for somebody else; and nobody's.
    assert ALLOW not in (await asked("https://other.test")).headers
    assert ALLOW not in (await asked(ELSEWHERE)).headers
    # A wrong secret is told to the page that sent it.
    refused = await asked(HERE, auth=("demo-web", "wrong"))
    assert (refused.status_code, refused.headers[ALLOW]) == (401, HERE)
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


async def test_userinfo_is_open_to_the_client_of_the_token(world: World) -> None:
    await world.register()
    await world.register("other", redirect_uris=["https://other.test/cb"])
    token = (await world.tokens())["access_token"]
    for origin, allowed in ((HERE, HERE), ("https://other.test", None)):
        headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        answer = await world.http.get("/userinfo", headers=headers)
        assert answer.headers.get(ALLOW) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/authorize",
        "/logout",
        "/register/code",
        "/admin/v1/relying-parties",
        "/introspect",
        "/rp/refusals",
        "/login/x",
        "/logout/confirmation",
    ],
)
async def test_rfc9700_2_6_pages_and_the_authorization_endpoint_are_never_open(
    world: World, path: str
) -> None:
    await world.register()
    for answer in (
        await preflight(world, path, HERE),
        await world.http.get(path, headers={"Origin": HERE}),
        await world.http.post(path, headers={"Origin": HERE}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_who_registered_just_now_is_known_and_strangers_do_not_ask_the_database_for_it(
    world: World,
) -> None:
    now = 0.0
    book = OriginBook(world.deps.pool, lambda: now)
    assert not await book.knows(HERE)
    await world.register()
    assert not await book.knows(HERE)  # asked within the second
    now = 1.1
    assert await book.knows(HERE)
    now = 2.0
    assert not await book.knows(ELSEWHERE)
    assert book._read_at == 1.1


async def test_a_suspended_client_opens_nothing(world: World) -> None:
    await world.register(status="suspended")
    assert ALLOW not in (await preflight(world, "/token", HERE)).headers


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://RP.test:443/cb?x#y", "https://rp.test"),
        ("http://localhost:8411/cb", "http://localhost:8411"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("es.gob.app:/cb", None),
        ("https://", None),
        ("https://rp.test:x/", None),
    ],
)
def test_rfc6454_6_2_how_an_origin_is_spelled(uri: str, origin: str | None) -> None:
    assert origin_of(uri) == origin
