"""Who gets in, and what bad input gets."""

import itertools
import json
from datetime import timedelta
from typing import Any

from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from clavis_registry.actions.offices import add_office, add_officer, remove_officer

from services.registry.tests.life import supervisor
from services.registry.tests.video_world import SEEN
from services.registry.tests.world import OFFICER_ID, Enrol, World, application

ROUTES = [
    ("GET", "/officer/v1/me"), ("GET", "/officer/v1/terms"), ("GET", "/officer/v1/enrolments"),
    ("POST", "/officer/v1/enrolments"), ("POST", "/officer/v1/lookups"),
    ("GET", "/citizen/v1/me"), ("GET", "/citizen/v1/history"),
    ("POST", "/citizen/v1/renunciation"), ("POST", "/internal/v1/claims"),
    ("POST", "/internal/v1/subjects"), ("POST", "/internal/v1/certificate-holders"),
]  # fmt: skip


async def test_nothing_opens_without_a_token(world: World) -> None:
    for method, path in ROUTES:
        for authorization in (None, "Bearer x", "Bearer a.b.c", "Basic eA=="):
            headers = {"Authorization": authorization} if authorization else {}
            answer = await world.http.request(method, path, headers=headers, json={})
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_officer_behind_the_token(world: World) -> None:
    answer = await world.http.get("/officer/v1/me", headers=world.as_officer())
    body = answer.json()
    assert (body["name"], body["role"]) == ("Olga Ruiz", "officer")
    assert body["office"]["name"] == "Oficina Centro"


async def test_an_officer_needs_at_least_substantial(world: World) -> None:
    token = world.token(world.officer, "office-console", Loa.LOW)
    answer = await world.http.get("/officer/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (
        401, "insufficient_user_authentication",
    )  # fmt: skip


async def test_a_citizen_is_not_an_officer(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.get("/officer/v1/me", headers=world.as_officer(entered.subject_id))
    assert (answer.status_code, answer.json()["code"]) == (403, "officer-not-active")


async def test_a_dismissed_officer_is_out_at_once(world: World) -> None:
    assert await remove_officer(world.deps, OFFICER_ID)
    answer = await world.http.get("/officer/v1/me", headers=world.as_officer())
    assert answer.status_code == 403


async def test_officers_do_not_enrol_themselves(world: World) -> None:
    answer = await world.http.post(
        "/officer/v1/enrolments",
        json=application(national_id=OFFICER_ID),
        headers=world.as_officer(),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own-enrolment")


async def test_tokens_for_others_of_others_or_of_the_past_are_refused(world: World) -> None:
    wrong: list[dict[str, Any]] = [
        {"aud": ["clavis-signing"]}, {"iss": "http://other.test"}, {"exp": 1},
    ]  # fmt: skip
    for claims in wrong:
        token = world.token(world.officer, "office-console", **claims)
        headers = {"Authorization": f"Bearer {token}"}
        answer = await world.http.get("/officer/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")


async def test_a_token_of_another_client_is_refused(world: World) -> None:
    token = world.token(world.officer, "portal")
    answer = await world.http.get("/officer/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "client-not-allowed")


async def test_a_pairwise_subject_is_no_citizen(world: World) -> None:
    answer = await world.http.get("/citizen/v1/me", headers=world.as_citizen("pairwise-value"))
    assert answer.status_code == 401
    answer = await world.http.get("/citizen/v1/me", headers=world.as_citizen(new_id()))
    assert answer.status_code == 401


async def test_services_reach_only_their_own_routes(world: World) -> None:
    signing = world.as_service("signing")
    answer = await world.http.post(
        "/internal/v1/subjects", json={"national_id": "12345678Z"}, headers=signing
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "caller-not-allowed")


HOSTILE = [
    "'; DROP TABLE person; --", "<script>alert(1)</script>", "\x00", "\u202e", "x" * 5000,
    "../../etc/passwd", "{{7*7}}", '#eval(read("/etc/passwd"))', "\ud800", "\U0001f600", "",
]  # fmt: skip
JSON = {"Content-Type": "application/json"}


def escaped(body: dict[str, Any]) -> bytes:
    """Write JSON in ASCII: only so does half a surrogate pair travel."""
    return json.dumps(body).encode()


FIELDS = [name for name in application() if name != "document"]


async def test_hostile_text_in_any_field_is_a_refusal(world: World) -> None:
    for field, text in itertools.product(FIELDS, HOSTILE):
        answer = await world.http.post(
            "/officer/v1/enrolments",
            content=escaped(application(**{field: text})),
            headers={**world.as_officer(), **JSON},
        )
        allowed = {201, 422, 429} if field in {"reason", "second_surname"} else {422}
        assert answer.status_code in allowed, (field, text, answer.text)
        assert len(text) < 20 or text not in answer.text
    assert await world.deps.pool.fetchval("SELECT count(*) FROM person") == 1


async def test_hostile_text_elsewhere_is_never_a_failure_of_ours(world: World) -> None:
    officer, gateway = world.as_officer(), world.as_service("gateway")
    chief = world.as_officer(await supervisor(world))
    for text in HOSTILE:
        requests: list[tuple[str, dict[str, Any], dict[str, str]]] = [
            ("/officer/v1/lookups", {"national_id": text, "reason": text}, officer),
            (f"/officer/v1/enrolments/{new_id()}/phone-proof", {"code": text}, officer),
            (f"/officer/v1/enrolments/{new_id()}/acceptance-reprints", {"reason": text}, officer),
            ("/internal/v1/claims", {"subject_id": text, "claims": [text], "client_id": text},
             gateway),
            ("/internal/v1/subjects", {"national_id": text, "evidence": {text: text}}, gateway),
            ("/internal/v1/subjects", {"national_id": "00000001R", "evidence": {"a": text}},
             gateway),
            ("/internal/v1/certificate-holders", {"subject_id": text}, world.as_service("signing")),
            ("/internal/v1/renunciation-proofs", {"proof_token": text}, gateway),
            ("/internal/v1/letter-renunciations",
             {"national_id": text, "contrast": text, "csv": text, "language": "es",
              "source": text}, gateway),
            ("/officer/v1/offices", {"code": "MAD-7", "name": text, "street": text}, chief),
            (f"/officer/v1/video-cases/{new_id()}/decision",
             {"accept": False, "reason": text, "checklist": SEEN,
              "recording": {"provider": text, "recording_id": text}}, chief),
            ("/officer/v1/letters", {"national_id": text, "language": "es", "reason": text},
             officer),
        ]  # fmt: skip
        for path, body, headers in requests:
            answer = await world.http.post(path, content=escaped(body), headers={**headers, **JSON})
            assert answer.status_code < 500, (path, text, answer.text)


BODIES = [
    (b"{", "application/json", 422),
    (b"[]", "application/json", 422),
    (b"\xff\xfe", "application/json", 422),
    (b'{"confirmed": "yes"}', "application/json", 422),
    (b"confirmed=true", "application/x-www-form-urlencoded", 422),
    (b'{"confirmed": true}', "text/plain", 422),
    (b'{"confirmed": ' + b"1" * 2_000_000 + b"}", "application/json", 413),
]


async def test_a_body_that_is_none_is_refused(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    for content, content_type, status in BODIES:
        headers = {**world.as_citizen(entered.subject_id), "Content-Type": content_type}
        answer = await world.http.post("/citizen/v1/renunciation", content=content, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert "Renounced" not in await world.event_names()


async def test_an_identifier_that_is_none_is_refused(world: World) -> None:
    for path in ("x", "1", "%00", "..%2f..", "0000-000g"):
        answer = await world.http.get(f"/officer/v1/enrolments/{path}", headers=world.as_officer())
        assert answer.status_code in {404, 422}


async def test_history_refuses_a_moment_that_is_none(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    for moment in ("yesterday", "2026-01-01T00:00:00", "9" * 40):
        answer = await world.http.get(
            "/citizen/v1/history",
            params={"before": moment},
            headers=world.as_citizen(entered.subject_id),
        )
        assert answer.status_code == 422, moment


async def test_an_expired_token_is_refused_in_time(world: World) -> None:
    headers = world.as_officer()
    world.clock.advance(timedelta(minutes=6))
    assert (await world.http.get("/officer/v1/me", headers=headers)).status_code == 401


async def test_another_office_sees_no_enrolment(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await add_office(world.deps, ("E001", "Agencia"), "BCN-1", "Oficina Mar")
    other = await add_officer(world.deps, "00000001R", "BCN-1", "officer", "Pau Vila")
    answer = await world.http.get(
        f"/officer/v1/enrolments/{entered.enrolment_id}", headers=world.as_officer(other)
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "enrolment-not-found")
