"""A password replaced inside a login or in the portal, and one removed."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa

from services.permanent.tests.test_border import access_token
from services.permanent.tests.world import PASSWORD, World

OTHER = "Another1!horse"
PORTAL = {"relying_party": "Clavis", "language": "es"}
_ONE = "00000000-0000-4000-8000-000000000000"
CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "otps", {"action": "password-removal", **PORTAL}),
    ("POST", "credential/change", {"password": PASSWORD, "new_password": OTHER}),
    ("POST", "credential/recovery", {"new_password": OTHER}),
    ("POST", "credential/removal", {"confirmed": True}),
    ("POST", "passkeys/options", None),
    ("PATCH", f"passkeys/{_ONE}", {"name": "x"}),
    ("DELETE", f"passkeys/{_ONE}?confirmed=true", None),
    ("POST", "authenticator-app", None),
    ("POST", f"authenticator-app/{_ONE}/confirmation", {"code": "123456"}),
    ("DELETE", f"authenticator-app/{_ONE}?confirmed=true", None),
    ("POST", "recovery-codes", None),
)


async def expire(world: World) -> str:
    await world.activate()
    world.clock.advance(timedelta(days=730))
    return (await world.log_in())["change_id"]


async def send(world: World, change_id: str) -> dict[str, Any]:
    return await world.ask(f"/v1/password-changes/{change_id}/otp", PORTAL)


async def change(world: World, change_id: str, otp_id: str, **changes: Any) -> dict[str, Any]:
    document = {"otp_id": otp_id, "otp": world.last_otp(), "new_password": OTHER}
    return await world.ask(f"/v1/password-changes/{change_id}", document | changes)


async def test_an_expired_password_is_replaced_inside_the_login(world: World) -> None:
    subject_id = await world.enrol()
    change_id = await expire(world)
    sent = await send(world, change_id)
    assert "cambiar la contrase" in world.outside.messages[-1]["body"]
    answer = await change(world, change_id, sent["otp_id"])
    assert answer["outcome"] == "changed"
    assert (answer["subject_id"], answer["enrolment_level"]) == (subject_id, "advanced")
    assert (await world.log_in(OTHER))["verdict"] == "accepted"
    assert (await world.events())[-1] == ("PasswordChanged", 3)


async def test_one_that_ends_within_a_month_may_be_replaced_too(world: World) -> None:
    await world.enrol()
    await world.activate()
    assert "change_id" not in await world.log_in()
    world.clock.advance(timedelta(days=701))
    soon = await world.log_in()
    assert soon["verdict"] == "accepted"
    sent = await send(world, soon["change_id"])
    assert (await change(world, soon["change_id"], sent["otp_id"]))["outcome"] == "changed"


async def test_a_change_takes_the_right_code_and_a_good_password(world: World) -> None:
    await world.enrol()
    change_id = await expire(world)
    sent = await send(world, change_id)
    wrong = await change(world, change_id, sent["otp_id"], otp=world.wrong_otp())
    assert wrong == {"outcome": "wrong", "attempts_left": 2}
    poor = await change(world, change_id, sent["otp_id"], new_password="short")
    assert poor["outcome"] == "rejected"
    same = await change(world, change_id, sent["otp_id"], new_password=PASSWORD)
    assert same == {"outcome": "rejected", "reasons": ["same_as_previous"]}
    assert (await change(world, change_id, sent["otp_id"]))["outcome"] == "changed"


async def test_without_the_code_nothing_is_said_of_former_passwords(world: World) -> None:
    subject_id = await world.enrol()
    change_id = await expire(world)
    sent = await send(world, change_id)
    guess = {"otp": world.wrong_otp(), "new_password": PASSWORD}
    answers = [await change(world, change_id, sent["otp_id"], **guess) for _ in range(4)]
    assert [answer["outcome"] for answer in answers] == ["wrong", "wrong", "wrong", "locked"]
    world.clock.advance(timedelta(minutes=2))
    code = await own_code(world, subject_id, "password-change")
    body = {"password": PASSWORD, "new_password": PASSWORD, "code": code | {"otp": "x"}}
    assert (await portal(world, subject_id, "credential/change", body))["outcome"] == "wrong"


async def test_a_change_is_made_once_however_many_ask(world: World) -> None:
    await world.enrol()
    change_id = await expire(world)
    sent = await send(world, change_id)
    answers = await asyncio.gather(
        *(change(world, change_id, sent["otp_id"], new_password=f"{OTHER}{n}") for n in range(6))
    )
    counted = Counter(a["outcome"] for a in answers)
    assert counted["changed"] == 1
    assert set(counted) <= {"changed", "used", "expired"}


async def test_a_change_ends_after_ten_minutes_and_with_a_freeze(world: World) -> None:
    subject_id = await world.enrol()
    change_id = await expire(world)
    sent = await send(world, change_id)
    world.clock.advance(timedelta(minutes=10))
    assert await change(world, change_id, sent["otp_id"]) == {"outcome": "expired"}
    again = (await world.log_in())["change_id"]
    await world.tell(world.frozen(subject_id, version=2))
    assert await send(world, again) == {"outcome": "expired"}
    assert await send(world, new_id()) == {"outcome": "expired"}


async def portal(world: World, subject_id: str, path: str, body: Any, **claims: Any) -> Any:
    now = int(world.clock.now().timestamp())
    claims = {"sub": subject_id, "sid": "s1", "amr": ["pwd"], "auth_time": now} | claims
    headers = access_token(world, **claims)
    answer = await world.client.post(f"/citizen/v1/{path}", json=body, headers=headers)
    return answer.json()


async def own_code(world: World, subject_id: str, action: str) -> dict[str, str]:
    sent = await portal(world, subject_id, "otps", {"action": action, **PORTAL})
    return {"otp_id": sent["otp_id"], "otp": world.last_otp()}


async def test_in_the_portal_password_and_code_replace_it_at_either_level(world: World) -> None:
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    await world.activate()
    code = await own_code(world, subject_id, "password-change")
    body = {"password": "Wrong1!horse", "new_password": OTHER, "code": code}
    assert await portal(world, subject_id, "credential/change", body) == {
        "outcome": "wrong_password"
    }
    body["password"] = PASSWORD
    other_session = await portal(world, subject_id, "credential/change", body, sid="s2")
    assert other_session["outcome"] == "wrong"
    changed = await portal(world, subject_id, "credential/change", body)
    assert changed["outcome"] == "changed"
    assert (await world.log_in(OTHER))["verdict"] == "accepted"


async def test_without_code_only_a_certificate_changes_it(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    body = {"password": PASSWORD, "new_password": OTHER}
    refused = await portal(world, subject_id, "credential/change", body)
    assert refused["code"] == "proof-required"
    changed = await portal(world, subject_id, "credential/change", body, amr=["swk"])
    assert changed["outcome"] == "changed"


async def test_a_code_to_change_does_not_remove(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    code = await own_code(world, subject_id, "password-change")
    body = {"password": PASSWORD, "code": code, "confirmed": True}
    assert (await portal(world, subject_id, "credential/removal", body))["outcome"] == "wrong"


async def test_password_and_code_remove_it_after_a_warning(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    code = await own_code(world, subject_id, "password-removal")
    body = {"password": PASSWORD, "code": code}
    warned = await portal(world, subject_id, "credential/removal", body)
    assert warned["code"] == "last-strong-method"
    body["confirmed"] = True
    assert await portal(world, subject_id, "credential/removal", body) == {"outcome": "removed"}
    assert (await world.events())[-1] == ("PasswordRemoved", 3)
    assert (await world.log_in())["verdict"] == "wrong"
    # The way back is another activation code.
    world.clock.advance(timedelta(minutes=2))
    assert await world.start() == {"outcome": "mismatch"}
    await world.tell(world.contact(subject_id, version=2, activation_code="PQRSTVWXYZ00"))
    assert (await world.start(activation_code="PQRSTVWXYZ00"))["outcome"] == "code_sent"


async def test_a_certificate_alone_removes_it(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    body = {"confirmed": True}
    refused = await portal(world, subject_id, "credential/removal", body)
    assert refused["code"] == "proof-required"
    removed = await portal(world, subject_id, "credential/removal", body, amr=["hwk", "sc"])
    assert removed == {"outcome": "removed"}
    again = await portal(world, subject_id, "credential/removal", body, amr=["hwk", "sc"])
    assert again == {"outcome": "inactive"}


async def test_a_frozen_person_reads_but_changes_nothing_even_with_a_certificate(
    world: World,
) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await world.tell(world.frozen(subject_id, version=2))
    now = int(world.clock.now().timestamp())
    headers = access_token(
        world, sub=subject_id, sid="s1", amr=["hwk", "sc"], acr=Loa.HIGH.acr, auth_time=now
    )
    for method, path, body in CHANGES:
        url = f"/citizen/v1/{path}"
        answer = await world.client.request(method, url, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "identity-not-usable"), path
    for path in ("credential", "credential/history", "methods", "passkeys"):
        read = await world.client.get(f"/citizen/v1/{path}", headers=headers)
        assert read.status_code == 200, path
    assert "PasswordRemoved" not in [name for name, _ in await world.events()]


async def test_the_history_tells_what_happened_and_how_it_was_proved(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await portal(world, subject_id, "credential/removal", {"confirmed": True}, amr=["swk"])
    headers = access_token(world, sub=subject_id)
    told = await world.client.get("/citizen/v1/credential/history", headers=headers)
    assert [(entry["kind"], entry["proof"]) for entry in told.json()] == [
        ("password_removed", "certificate"),
        ("password_activated", "activation_code"),
    ]
