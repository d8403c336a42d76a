"""What people are told, in their language and once, and the answer that stops everything."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_permanent.actions import notices
from clavis_permanent.notice_texts import Letter, languages, letter, one_line
from clavis_permanent.rules.facts import NOTICED
from clavis_permanent.rules.notices import Reminder
from google.protobuf.message import Message
from prometheus_client import REGISTRY

from services.permanent.tests.world import ANA, World


def mails(world: World) -> list[dict[str, Any]]:
    return [m for m in world.outside.messages if m["channel"] == "email"]


async def told(world: World) -> dict[str, Any]:
    await notices.send_due(world.deps)
    return mails(world)[-1]


def token_in(body: str) -> str:
    match = re.search(r"/not-me\?token=(\S+)", body)
    assert match
    return match[1]


async def test_what_happened_is_told_once_in_the_persons_language(world: World) -> None:
    await world.enrol(language="en")
    await world.activate()
    await asyncio.gather(*(notices.send_due(world.deps) for _ in range(4)))
    assert [(m["to"], m["subject"]) for m in mails(world)] == [
        ("ana@example.org", "Clavis: You activated your password")
    ]
    for _ in range(5):
        await world.log_in("Wrong1!horse")
    assert "blocked" in (await told(world))["subject"]


async def test_somebody_without_an_address_gets_an_sms(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await notices.send_due(world.deps)
    await world.tell(world.contact(subject_id, version=2, email=""))
    for _ in range(5):
        await world.log_in("Wrong1!horse")
    await notices.send_due(world.deps)
    last = world.outside.messages[-1]
    assert (last["channel"], last["to"]) == ("sms", "+34600111222")
    assert "bloqueada" in last["body"]


def oldest_wait() -> float | None:
    return REGISTRY.get_sample_value("clavis_notice_oldest_seconds")


async def test_a_notice_that_fails_is_sent_later(world: World) -> None:
    await world.enrol()
    await world.activate()
    world.outside.accepting = False
    await notices.send_due(world.deps)
    world.outside.accepting = True
    assert await notices.send_due(world.deps) == 0
    world.clock.advance(timedelta(seconds=40))
    assert await notices.send_due(world.deps) == 0
    assert oldest_wait() == 40
    world.clock.advance(timedelta(seconds=20))
    assert await notices.send_due(world.deps) == 1
    assert oldest_wait() == 0
    assert len(mails(world)) == 1


async def test_the_end_of_a_password_is_told_a_month_and_a_week_before(world: World) -> None:
    await world.enrol()
    await world.activate()
    await notices.send_due(world.deps)
    for days, expected in ((699, 0), (1, 1), (10, 1), (12, 1), (1, 2), (6, 2), (2, 2)):
        world.clock.advance(timedelta(days=days))
        await asyncio.gather(*(notices.plan_endings(world.deps) for _ in range(3)))
        await notices.send_due(world.deps)
        assert len(mails(world)) == 1 + expected
    assert "caduca pronto" in mails(world)[-1]["subject"]
    assert "not-me" not in mails(world)[-1]["body"]


async def report(world: World, token: str, path: str = "") -> dict[str, Any]:
    return await world.ask(f"/v1/fraud-reports{path}", {"token": token})


async def test_it_was_not_me_stops_everything_at_once_and_once(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    sent = await world.send_otp(subject_id)
    otp = world.last_otp()
    token = token_in((await told(world))["body"])
    assert await report(world, token, "/check") == {"valid": True}
    answers = await asyncio.gather(*(report(world, token) for _ in range(5)))
    assert Counter(a["outcome"] for a in answers) == {"frozen": 1, "invalid": 4}
    assert await report(world, token, "/check") == {"valid": False}
    assert (await world.log_in())["verdict"] == "wrong"
    assert await world.attempt_otp(sent["otp_id"], otp) == {"verdict": "expired"}
    assert await world.check(subject_id) == {"verdict": "inactive"}
    assert await world.start() == {"outcome": "mismatch"}
    assert (await world.events())[-1] == ("FraudReported", 3)


async def test_only_a_later_proof_lifts_a_report(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    before = world.unfrozen(subject_id, version=3)
    world.clock.advance(timedelta(minutes=1))
    await report(world, token_in((await told(world))["body"]))
    await world.tell(before)
    assert (await world.log_in())["verdict"] == "wrong"
    world.clock.advance(timedelta(minutes=1))
    await world.tell(world.unfrozen(subject_id, version=4))
    assert (await world.log_in())["verdict"] == "accepted"


async def test_an_ended_person_reports_nothing(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    token = token_in((await told(world))["body"])
    await world.tell(ended(world, subject_id, version=2))
    assert await report(world, token, "/check") == {"valid": False}
    assert await report(world, token) == {"outcome": "invalid"}


def ended(world: World, subject_id: str, *, version: int) -> person_pb2.Revoked:
    at = world.clock.now()
    return person_pb2.Revoked(subject_id=subject_id, version=version, occurred_at=at)


def reinstated(world: World, subject_id: str, *, version: int) -> person_pb2.Reinstated:
    return person_pb2.Reinstated(
        subject_id=subject_id,
        version=version,
        occurred_at=world.clock.now(),
        national_id_hash=world.national_id_hash(ANA),
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )


def registered(world: World, subject_id: str, *, version: int) -> Message:
    return world.registered(subject_id, ANA, person_pb2.ENROLMENT_LEVEL_ADVANCED, version)


@pytest.mark.parametrize("come_back", [reinstated, registered])
async def test_a_report_does_not_outlive_the_identity_it_was_about(
    world: World, come_back: Callable[..., Message]
) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await report(world, token_in((await told(world))["body"]))
    world.clock.advance(timedelta(minutes=1))
    await world.tell(ended(world, subject_id, version=2))
    await world.tell(come_back(world, subject_id, version=3))
    assert (await world.log_in())["verdict"] == "accepted"


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "x", lambda t: "x" + t, lambda _: "", str])
async def test_a_token_of_nobody_or_too_old_reports_nothing(world: World, change: Any) -> None:
    await world.enrol()
    await world.activate()
    token = change(token_in((await told(world))["body"]))
    if change is str:
        world.clock.advance(timedelta(days=7))
    assert await report(world, token) == {"outcome": "invalid"}
    assert (await world.log_in())["verdict"] == "accepted"


async def test_a_freeze_refuses_every_method_with_the_answer_of_a_stranger(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    await world.tell(world.frozen(subject_id, version=2))
    assert await world.log_in() == {"verdict": "wrong"}
    assert await world.check(subject_id) == {"verdict": "inactive"}
    assert (await world.send_otp(subject_id))["outcome"] == "unavailable"
    await world.tell(world.unfrozen(subject_id, version=3))
    assert (await world.log_in())["verdict"] == "accepted"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", sorted([*NOTICED, Reminder.PASSWORD_ENDING]))
def test_every_notice_is_written_in_every_language(world: World, kind: str, language: str) -> None:
    now = world.clock.now()
    written = Letter(kind, f"{language}-ES", "Clavis", "https://c.example", now, now, "t.k")
    subject, body = letter(written)
    assert subject.startswith("Clavis: ")
    assert "{" not in subject + body
    assert json.dumps(body)
    assert one_line(written).isprintable()
    assert not re.search(r"https?:|c\.example|t\.k|\{", one_line(written))
