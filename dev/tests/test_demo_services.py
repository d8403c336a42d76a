import httpx
import pytest

from dev.demo_services import Body, Person, create_app, end_sessions, make_body

METADATA = {
    "client_id": "demo-web",
    "client_secret": "a-secret-of-the-test-alone",
    "redirect_uris": ["http://localhost:8410/callback"],
    "post_logout_redirect_uris": ["http://localhost:8410/signed-out"],
}
NOBODY = "http://127.0.0.1:9"  # the discard port: no provider listens there


@pytest.fixture
def body() -> Body:
    return make_body("web", "low", METADATA, NOBODY)


@pytest.fixture
def service(body: Body) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(body))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8410")


async def test_a_stranger_is_offered_to_sign_in_in_both_languages(
    service: httpx.AsyncClient,
) -> None:
    spanish = await service.get("/", headers={"Accept-Language": "es-ES"})
    english = await service.get("/?lang=en")
    assert "Biblioteca Municipal de Villaclara" in spanish.text
    assert "Villaclara Public Library" in english.text
    assert 'id="login"' in spanish.text
    assert "script" not in spanish.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("unmet_authentication_requirements", "does not reach the level"),
        ("access_denied", "You cancelled"),
        ("server_error", "did not end well"),
    ],
)
async def test_a_sign_in_that_failed_is_explained(
    service: httpx.AsyncClient, code: str, words: str
) -> None:
    page = await service.get("/callback", params={"error": code, "lang": "en"})
    assert page.status_code == 403
    assert f'data-code="{code}"' in page.text
    assert words in page.text


async def test_an_error_code_cannot_bring_markup(service: httpx.AsyncClient) -> None:
    page = await service.get("/callback", params={"error": '"><script>x</script>'})
    assert "<script" not in page.text


async def test_an_answer_nobody_asked_for_is_refused(service: httpx.AsyncClient) -> None:
    page = await service.get("/callback", params={"code": "c", "state": "s"})
    assert page.status_code == 403


async def test_only_our_own_notices_are_shown(service: httpx.AsyncClient) -> None:
    assert "You have signed out" in (await service.get("/?notice=signed_out&lang=en")).text
    assert 'class="notice"' not in (await service.get("/?notice=You+won")).text


async def test_a_provider_that_is_down_gives_a_page(service: httpx.AsyncClient) -> None:
    page = await service.get("/login")
    assert page.status_code == 503
    assert 'data-code="temporarily_unavailable"' in page.text


async def test_refreshing_without_a_session_says_to_sign_in_again(
    service: httpx.AsyncClient,
) -> None:
    answer = await service.post("/refresh")
    assert answer.headers["location"] == "/?notice=refresh_failed"


# OpenID Connect Back-Channel Logout 1.0 section 2.7: by sid where there is one, else all of sub.
def test_a_logout_ends_the_session_it_names_and_no_other(body: Body) -> None:
    for key, sid, sub in (("1", "a", "ana"), ("2", "b", "ana"), ("3", "c", "bruno")):
        body.people[key] = Person({"sid": sid, "sub": sub}, {}, {})
    assert end_sessions(body, {"sid": "a", "sub": "ana"}) == 1
    assert set(body.people) == {"2", "3"}
    assert end_sessions(body, {"sub": "ana"}) == 1
    assert set(body.people) == {"3"}
