"""A browser backend: sign-in, session, forwarding, logout, and what it must refuse."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import clavis_kit.bff
import httpx
import pytest
import pytest_asyncio
from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.clock import FrozenClock
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import Postgres
from clavis_testkit.service_databases import ServiceDatabases
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, KeySet

from libs.kit.tests.bff_world import ISSUER, LOW, OWN_PAGE, PORTAL, Api, Hosts, Provider, World

TABLES = Path(clavis_kit.bff.__file__).parent / "tables.sql"
ROOT = Path(__file__).parents[3]
COOKIE = "__Host-Http-portal"


@pytest.fixture(scope="module")
def migrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("services") / "portal" / "migrations"
    directory.mkdir(parents=True)
    shutil.copy(TABLES, directory / "0200_pre_bff_session.sql")
    return directory


@pytest.fixture(scope="module")
def portal_databases(postgres_server: Postgres, migrations: Path) -> Iterator[ServiceDatabases]:
    made = ServiceDatabases(postgres_server, migrations.parents[1])
    yield made
    run_sync(made.drop_templates())


def _site(directory: Path) -> Path:
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<!doctype html><title>app</title>")
    (directory / "assets" / "app-HASH.js").write_text("start()")
    texts = '{"es":{"bff.continue.title":"Un momento","bff.continue.link":"Continuar"}}'
    (directory / "server-texts.json").write_text(texts)
    return directory


def _settings(directory: Path, dsn: str) -> tuple[BffSettings, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (directory / "key.pem").write_bytes(pem)
    (directory / "session.key").write_bytes(bytes(range(32)))
    settings = BffSettings(
        service_name="portal",
        database_url=dsn,
        port=1,
        public_url=PORTAL,
        service_key_file=directory / "key.pem",
        oidc_issuer=ISSUER,
        client_id="portal",
        session_cookie=COOKIE,
        bff_session_key_file=directory / "session.key",
        static_dir=_site(directory / "site"),
    )
    return settings, key


@pytest_asyncio.fixture
async def world(
    portal_databases: ServiceDatabases,
    migrations: Path,
    tmp_path: Path,
    frozen_clock: FrozenClock,
) -> AsyncIterator[World]:
    database = await portal_databases.create("portal")
    settings, key = _settings(tmp_path, database.dsn)
    provider, api = Provider(frozen_clock, KeySet([ECKey.import_key(key)])), Api()
    app = create_bff_app(
        settings,
        title="portal",
        upstreams=[
            Upstream("registry", "http://registry.test", "/citizen/v1/", max_body_bytes=1000),
            Upstream("signing", "http://nowhere.test", "/citizen/v1/"),
        ],
        links={"provider": ISSUER},
        migrations_dir=migrations,
        clock=frozen_clock,
        transport=Hosts({"id.test": provider.app(), "registry.test": api.app()}),
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=PORTAL) as browser,
    ):
        yield World(app, browser, provider, api, frozen_clock)
    await portal_databases.drop(database.name)


# --- Sign-in


async def test_a_sign_in_opens_a_session_and_returns_to_the_page(world: World) -> None:
    page = await world.sign_in(**{"return": "/sign?a=1"})
    assert page.status_code == 200
    assert 'content="0;url=/sign?a=1"' in page.text
    session = (await world.browser.get("/bff/session")).json()
    assert session["authenticated"] is True
    assert session["level"] == "substantial"


async def test_the_session_cookie_is_strict_and_out_of_the_reach_of_scripts(world: World) -> None:
    cookie = (await world.sign_in()).headers["set-cookie"].lower()
    assert cookie.startswith("__host-http-portal=")
    for attribute in ("httponly", "secure", "samesite=strict", "path=/"):
        assert attribute in cookie
    assert "domain" not in cookie


async def test_the_request_is_pushed_and_shows_the_browser_no_parameters(world: World) -> None:
    address = await world.start_sign_in()
    assert set(httpx.URL(address).params) == {"client_id", "request_uri"}
    (request,) = world.provider.pushed.values()
    assert request["code_challenge_method"] == "S256"


async def test_without_pushed_requests_the_parameters_travel_with_the_browser(world: World) -> None:
    world.provider.supports_push = False
    assert (await world.sign_in()).status_code == 200
    assert await world.is_signed_in()


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "/bff/logout", "evil"],
)
async def test_a_sign_in_never_returns_to_another_site(world: World, elsewhere: str) -> None:
    page = await world.sign_in(**{"return": elsewhere})
    assert 'content="0;url=/"' in page.text


async def test_rfc9700_4_7_1_an_answer_works_once(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    await world.browser.get("/bff/callback", params=answer)
    again = await world.browser.get("/bff/callback", params=answer)
    assert "/sign-in?problem=sign-in-expired" in again.text


async def test_one_of_many_concurrent_answers_wins(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    pages = await asyncio.gather(
        *(world.browser.get("/bff/callback", params=answer) for _ in range(8))
    )
    assert sum("problem" not in page.text for page in pages) == 1


async def test_an_answer_in_another_browser_is_refused(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in())
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url=PORTAL) as other:
        page = await other.get("/bff/callback", params=answer)
    assert "sign-in-expired" in page.text


async def test_two_tabs_can_sign_in_at_the_same_time(world: World) -> None:
    first = await world.start_sign_in(**{"return": "/a"})
    second = await world.start_sign_in(**{"return": "/b"})
    for address, path in ((second, "/b"), (first, "/a")):
        answer = world.provider.answer(address)
        page = await world.browser.get("/bff/callback", params=answer)
        assert f"url={path}" in page.text


async def test_rfc9207_an_answer_of_another_issuer_is_refused(world: World) -> None:
    answer = world.provider.answer(await world.start_sign_in(), iss="https://evil.test")
    page = await world.browser.get("/bff/callback", params=answer)
    assert "sign-in-refused" in page.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", "sign-in-cancelled"),
        ("unmet_authentication_requirements", "level-too-low"),
        ("server_error", "sign-in-refused"),
    ],
)
async def test_an_error_answer_has_a_page(world: World, error: str, code: str) -> None:
    answer = world.provider.answer(await world.start_sign_in(), error=error)
    page = await world.browser.get("/bff/callback", params=answer)
    assert f"/sign-in?problem={code}" in page.text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "other"},
        {"aud": "other"},
        {"aud": ["portal", "other"]},
        {"azp": "other"},
        {"iss": "https://evil.test"},
        {"exp": 1},
        {"iat": 4102444800},
        {"sub": ""},
    ],
)
async def test_oidc_core_3_1_3_7_a_wrong_id_token_opens_no_session(
    world: World, claims: dict[str, object]
) -> None:
    world.provider.claims = claims
    page = await world.sign_in()
    assert "sign-in-refused" in page.text
    assert not await world.is_signed_in()


async def test_a_level_below_the_one_asked_for_opens_no_session(world: World) -> None:
    world.provider.acr = LOW
    page = await world.sign_in(acr="substantial")
    assert "level-too-low" in page.text
    assert not await world.is_signed_in()


async def test_a_step_up_replaces_the_session(world: World) -> None:
    world.provider.acr = LOW
    await world.sign_in()
    old = world.browser.cookies[COOKIE]
    world.provider.acr = "http://eidas.europa.eu/LoA/high"
    await world.sign_in(acr="substantial")
    assert (await world.browser.get("/bff/session")).json()["level"] == "high"
    stale = await world.browser.get("/bff/session", headers={"Cookie": f"{COOKIE}={old}"})
    assert stale.json()["authenticated"] is False


async def test_a_provider_that_is_away_gives_a_page_not_a_fault(world: World) -> None:
    world.provider.is_down = True
    page = await world.browser.get("/bff/login")
    assert page.status_code == 200
    assert "identity-provider-unavailable" in page.text


# --- Forwarding


async def test_a_call_carries_the_token_and_no_cookie(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/registry/citizen/v1/me?a=1")
    assert response.json() == {"path": "me", "length": 0, "query": "a=1"}
    assert "set-cookie" not in response.headers
    assert "connection" not in response.headers
    (request,) = world.api.requests
    assert request.headers["authorization"] == "Bearer access-0"
    assert "cookie" not in request.headers


async def test_an_answer_is_asked_for_in_the_language_of_the_pages(world: World) -> None:
    await world.sign_in()
    world.browser.cookies.set("__Host-lang", "es", domain="portal.test")
    await world.browser.get(
        "/api/registry/citizen/v1/me", headers={**OWN_PAGE, "Accept-Language": "en-GB"}
    )
    assert world.api.requests[-1].headers["accept-language"] == "es"


async def test_without_a_session_nothing_is_forwarded(world: World) -> None:
    response = await world.call()
    assert (response.status_code, response.json()["code"]) == (401, "signed-out")
    assert world.api.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Clavis-CSRF": "1"},
        {"Sec-Fetch-Site": "same-origin"},
        {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "same-site"},
        {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "cross-site", "Origin": PORTAL},
        {"X-Clavis-CSRF": "1", "Origin": "https://evil.test"},
    ],
)
async def test_rfc10017_6_1_3_3_a_forged_request_is_refused(
    world: World, headers: dict[str, str]
) -> None:
    await world.sign_in()
    for path in ("/api/registry/citizen/v1/renunciation", "/bff/logout"):
        response = await world.browser.post(path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "cross-site-request")
    assert world.api.requests == []


async def test_an_old_browser_is_known_by_its_origin(world: World) -> None:
    await world.sign_in()
    headers = {"X-Clavis-CSRF": "1", "Origin": PORTAL}
    response = await world.browser.post("/api/registry/citizen/v1/x", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/registry/internal/v1/claims",
        "/api/registry/citizen/v1/../../internal/v1/claims",
        "/api/registry/citizen/v1/%2e%2e/%2e%2e/internal/v1/claims",
        "/api/registry/citizen/v1/..%2f..%2finternal",
        "/api/registry//citizen/v1/me",
        "/api/registry/citizen/v1//me",
        "/api/registry/citizen/v1x/me",
        "/api/gateway/citizen/v1/sessions",
        "/api/registry",
    ],
)
async def test_rfc10017_6_1_3_4_only_listed_places_are_reached(world: World, path: str) -> None:
    await world.sign_in()
    response = await world.browser.get(httpx.URL(PORTAL, raw_path=path.encode()), headers=OWN_PAGE)
    assert response.status_code == 404
    assert world.api.requests == []


@pytest.mark.parametrize("declares_length", [True, False])
async def test_a_body_over_the_limit_is_refused(world: World, *, declares_length: bool) -> None:
    await world.sign_in()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    response = await world.browser.post(
        "/api/registry/citizen/v1/x",
        headers=OWN_PAGE,
        content=b"x" * 1001 if declares_length else chunks(),
    )
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_a_step_up_challenge_reaches_the_page(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/registry/citizen/v1/substantial-only")
    assert response.status_code == 401
    assert "insufficient_user_authentication" in response.headers["www-authenticate"]


async def test_an_api_that_is_away_is_a_problem_of_its_own(world: World) -> None:
    await world.sign_in()
    response = await world.call("/api/signing/citizen/v1/certificates")
    assert (response.status_code, response.json()["code"]) == (502, "upstream-unavailable")


# --- Life of the session


async def test_a_session_ends_when_idle(world: World) -> None:
    await world.sign_in()
    world.pass_time(minutes=14)
    assert (await world.call()).status_code == 200
    world.pass_time(minutes=14)
    assert (await world.call()).status_code == 200
    world.pass_time(minutes=15)
    assert (await world.call()).status_code == 401


async def test_a_session_ends_after_its_limit(world: World) -> None:
    await world.sign_in()
    for _ in range(49):
        world.pass_time(minutes=10)
        last = await world.call()
    assert last.status_code == 401


async def test_asking_for_the_session_does_not_prolong_it(world: World) -> None:
    await world.sign_in()
    for _ in range(3):
        world.pass_time(minutes=5)
        await world.browser.get("/bff/session")
    assert not await world.is_signed_in()


async def test_tokens_are_renewed_before_they_end(world: World) -> None:
    await world.sign_in()
    world.pass_time(seconds=239)
    await world.call()
    assert world.provider.refreshes == 0
    world.pass_time(seconds=1)
    await world.call()
    assert world.provider.refreshes == 1
    assert world.api.requests[-1].headers["authorization"] == "Bearer access-1"


@pytest.mark.parametrize("seconds", [250, 400])
async def test_concurrent_calls_renew_once(world: World, seconds: int) -> None:
    await world.sign_in()
    world.pass_time(seconds=seconds)
    responses = await asyncio.gather(*(world.call() for _ in range(10)))
    assert {response.status_code for response in responses} == {200}
    assert world.provider.refreshes == 1


async def test_a_grant_that_ended_ends_the_session(world: World) -> None:
    await world.sign_in()
    world.provider.grant_ended = True
    world.pass_time(minutes=5)
    assert (await world.call()).status_code == 401
    assert not await world.is_signed_in()


async def test_a_provider_that_is_away_keeps_the_session(world: World) -> None:
    await world.sign_in()
    world.provider.is_down = True
    world.pass_time(minutes=5)
    assert (await world.call()).status_code == 503
    world.provider.is_down = False
    assert (await world.call()).status_code == 200


async def test_logout_ends_the_session_and_revokes_the_grant(world: World) -> None:
    await world.sign_in()
    response = await world.browser.post("/bff/logout", headers=OWN_PAGE)
    address = httpx.URL(response.json()["redirect"])
    assert str(address).startswith(f"{ISSUER}/logout?")
    assert address.params["post_logout_redirect_uri"] == f"{PORTAL}/"
    assert not await world.is_signed_in()
    assert world.provider.revoked == list(world.provider.refresh_tokens)


# --- Back-channel logout


async def _send(world: World, token: str) -> httpx.Response:
    return await world.browser.post("/bff/backchannel-logout", data={"logout_token": token})


@pytest.mark.parametrize("absent", ["sid", "sub"])
async def test_a_logout_token_ends_the_session(world: World, absent: str) -> None:
    await world.sign_in()
    response = await _send(world, world.provider.logout_token(**{absent: None}))
    assert response.status_code == 200
    assert not await world.is_signed_in()


@pytest.mark.parametrize("claims", [{"sid": "other"}, {"sub": "other", "sid": None}])
async def test_a_logout_token_for_another_leaves_the_session(
    world: World, claims: dict[str, object]
) -> None:
    await world.sign_in()
    assert (await _send(world, world.provider.logout_token(**claims))).status_code == 200
    assert await world.is_signed_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.test"},
        {"aud": "other"},
        {"exp": 1},
        {"iat": 4102444800},
        {"exp": None},
        {"jti": None},
        {"sid": None, "sub": None},
        {"events": None},
        {"events": {"other": {}}},
        {"events": []},
        {"nonce": "n"},
    ],
)
async def test_backchannel_2_6_a_wrong_logout_token_is_refused(
    world: World, claims: dict[str, object]
) -> None:
    await world.sign_in()
    response = await _send(world, world.provider.logout_token(**claims))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert response.headers["cache-control"] == "no-store"
    assert await world.is_signed_in()


async def test_a_logout_token_signed_by_another_key_is_refused(world: World) -> None:
    await world.sign_in()
    other = Provider(world.clock)
    claims = {"sid": "sid-1"}
    forged = world.provider.signed(claims, key=other.key)
    for token in (forged, world.provider.id_token(), "", "a.b.c", "x" * 20000):
        assert (await _send(world, token)).status_code in {400, 422}
    assert await world.is_signed_in()


async def test_a_logout_token_works_once(world: World) -> None:
    token = world.provider.logout_token()
    assert (await _send(world, token)).status_code == 200
    await world.sign_in()
    assert (await _send(world, token)).status_code == 400
    assert await world.is_signed_in()


async def test_one_of_many_concurrent_copies_of_a_logout_token_works(world: World) -> None:
    token = world.provider.logout_token()
    responses = await asyncio.gather(*(_send(world, token) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 7


# --- Files


async def test_a_page_address_answers_with_the_application(world: World) -> None:
    for path in ("/", "/sign", "/enrolments/new"):
        response = await world.browser.get(path)
        assert "<title>app</title>" in response.text
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["cache-control"] == "no-cache"


async def test_named_assets_are_kept_and_unknown_ones_are_not_found(world: World) -> None:
    response = await world.browser.get("/assets/app-HASH.js")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-type"].startswith("text/javascript")
    for path in ("/assets/other.js", "/server-texts.json", "/bff/other", "/api/other"):
        assert (await world.browser.get(path)).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(world: World) -> None:
    etag = (await world.browser.get("/")).headers["etag"]
    response = await world.browser.get("/", headers={"If-None-Match": etag})
    assert response.status_code == 304


@pytest.mark.parametrize("service", ["gateway", "registry"])
def test_a_service_carries_the_tables_word_for_word(service: str) -> None:
    copy = ROOT / "services" / service / "migrations" / "0200_pre_bff_session.sql"
    assert copy.read_text() == TABLES.read_text()
