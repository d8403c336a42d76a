"""What comes in that should not, and who may ask what."""

from typing import Any

import pytest
from clavis_kit.ids import new_id
from joserfc import jwt

from services.permanent.tests.world import ANA, PASSWORD, World

HOSTILE = ["'; DROP TABLE otp; --", "<script>x</script>", "\x00", "\ud800", "٣", "🂡" * 8]
SUBJECT = new_id()
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "/v1/activations": (
        "gateway",
        {
            "national_id": ANA,
            "email": "ana@example.org",
            "activation_code": "ABCD",
            "language": "es",
        },
    ),
    f"/v1/activations/{SUBJECT}/otp-attempts": ("gateway", {"otp": "123456"}),
    f"/v1/activations/{SUBJECT}/password": ("gateway", {"password": PASSWORD}),
    "/v1/logins": ("gateway", {"national_id": ANA, "password": PASSWORD}),
    "/v1/otps": (
        "signing",
        {
            "subject_id": SUBJECT,
            "action": "sign",
            "bound_to": "x",
            "relying_party": "x",
            "detail": "x",
            "language": "es",
        },
    ),
    f"/v1/otps/{SUBJECT}/attempts": ("gateway", {"otp": "123456", "bound_to": "x"}),
    "/v1/password-checks": ("signing", {"subject_id": SUBJECT, "password": PASSWORD}),
}


@pytest.mark.parametrize("path", REQUESTS, ids=[p.replace(SUBJECT, "id") for p in REQUESTS])
async def test_hostile_text_in_any_field_is_answered_without_a_failure(
    world: World, path: str
) -> None:
    await world.enrol()
    caller, document = REQUESTS[path]
    for field in document:
        for text in HOSTILE:
            response = await world.post(path, document | {field: text}, **world.token(caller))
            assert response.status_code in (200, 422), (field, text)
    assert world.outside.messages == []


@pytest.mark.parametrize("path", REQUESTS, ids=[p.replace(SUBJECT, "id") for p in REQUESTS])
async def test_a_route_answers_its_callers_and_nobody_else(world: World, path: str) -> None:
    _, document = REQUESTS[path]
    allowed = {"gateway", "signing"}
    if "otps" not in path:
        allowed = {"signing"} if "password-checks" in path else {"gateway"}
    for caller in ("gateway", "signing", "registry"):
        response = await world.post(path, document, **world.token(caller))
        assert response.status_code == (200 if caller in allowed else 403), caller
    bare = await world.client.post(path, json=document)
    assert bare.status_code == 401
    other_audience = await world.client.post(
        path, json=document, headers=world.token("gateway", "pin")
    )
    assert other_audience.status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"national_id": "12345678Z", "password": "x"}', "text/plain", 422),
        (b'{"national_id": "12345678Z", "password": {"a": 1}}', "application/json", 422),
        (b'{"national_id": "12345678Z", "password": "%s"}' % (b"x" * 2000), None, 422),
        (b'{"password": "%s"}' % (b"x" * 2_000_000), "application/json", 413),
    ],
)
async def test_a_broken_login_is_a_problem_document_without_what_was_typed(
    world: World, body: bytes, content_type: str | None, status: int
) -> None:
    headers = world.token() | {"content-type": content_type or "application/json"}
    response = await world.client.post("/v1/logins", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "12345678Z" not in response.text
    assert "xxx" not in response.text


async def test_what_is_no_identity_number_is_a_problem_document(world: World) -> None:
    answers = [
        await world.post(path, REQUESTS[path][1] | {"national_id": "12345678A"})
        for path in ("/v1/logins", "/v1/activations")
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (422, "invalid-national-id")
    ] * 2


def access_token(world: World, **changes: Any) -> dict[str, str]:
    now = int(world.clock.now().timestamp())
    claims = {
        "iss": world.settings.oidc_issuer,
        "aud": ["clavis-permanent"],
        "sub": SUBJECT,
        "client_id": "portal",
        "iat": now,
        "exp": now + 300,
    }
    key = world.signers["issuer"].key
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint()}
    return {"Authorization": f"Bearer {jwt.encode(header, claims | changes, key)}"}


async def test_the_citizen_sees_the_state_of_the_password(world: World) -> None:
    subject_id = await world.enrol()
    headers = access_token(world, sub=subject_id)
    response = await world.client.get("/citizen/v1/credential", headers=headers)
    assert response.json() == {"state": "inactive", "activated_at": None, "expires_on": None}
    await world.activate()
    response = await world.client.get("/citizen/v1/credential", headers=headers)
    assert response.json() == {
        "state": "active",
        "activated_at": "2026-03-10T12:00:00Z",
        "expires_on": "2028-03-09",
    }
    for _ in range(5):
        await world.log_in("Wrong1!horse")
    response = await world.client.get("/citizen/v1/credential", headers=headers)
    assert response.json()["state"] == "blocked"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"aud": ["clavis-registry"]}, 401),
        ({"iss": "http://other.test"}, 401),
        ({"exp": 1}, 401),
        ({"sub": "pairwise-of-somebody"}, 401),
        ({"client_id": "demo-web"}, 403),
    ],
)
async def test_a_token_for_somebody_else_opens_nothing(
    world: World, changes: dict[str, Any], status: int
) -> None:
    headers = access_token(world, **changes)
    response = await world.client.get("/citizen/v1/credential", headers=headers)
    assert response.status_code == status


async def test_no_log_line_and_no_table_holds_what_was_typed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await world.log_in()
    await world.send_otp(subject_id)
    logged = capsys.readouterr()
    tables = (
        "person", "credential", "former_password", "activation", "activation_code",
        "activation_quota", "otp", "password_change", "credential_history", "notice", "outbox",
    )  # fmt: skip
    stored = [
        str(tuple(row))
        for table in tables
        for row in await world.pool.fetch(f"SELECT * FROM {table}")  # noqa: S608  a fixed name
    ]
    seen = logged.out + logged.err + "".join(stored)
    for secret in (PASSWORD, world.last_otp(), ANA, "ABCDEFGHJKMN"):
        assert secret not in seen
    for address in ("ana@example.org", "+34600111222"):
        assert address not in logged.out + logged.err
