"""When an identity ends, everything it opened ends with it, within a second."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.codec import PERSON_TOPIC
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_gateway import consumers
from clavis_gateway.rules.levels import Method
from clavis_kit.bus import EventRecord, Producer, ensure_topics
from clavis_kit.consumer import Consumer
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from clavis_kit.service_tokens import unverified_part
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.patience import in_time, until
from google.protobuf.message import Message
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import World, location

ENDINGS: list[type[Any]] = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked]


def record(world: World, message: Any) -> EventRecord:
    message.occurred_at.FromDatetime(world.clock.now())
    return EventRecord.of(
        message, topic=PERSON_TOPIC, event_id=new_id(), key=message.subject_id,
        occurred_at=world.clock.now(), sequence=message.version,
    )  # fmt: skip


async def learn(world: World, message: Any) -> None:
    """Apply a fact as the consumer does: in one transaction, then what follows the commit."""
    event = record(world, message)
    handler = consumers.handlers(world.deps)[type(message)]
    async with world.deps.pool.acquire() as connection, connection.transaction():
        after = await handler(connection, message, event)
    if after is not None:
        after()


def registered(subject_id: str, version: int = 1) -> Message:
    return person_pb2.Registered(
        subject_id=subject_id, version=version, national_id_hash="ab" * 32,
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
async def test_sessions_tokens_and_codes_are_dead_at_once(world: World, ending: Any) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    subject = new_id()
    await learn(world, registered(subject))
    tokens = await world.tokens(subject_id=subject, scope="openid offline_access")
    unused = location(await world.authorize())["code"]
    started = time.monotonic()
    await learn(world, ending(subject_id=subject, version=2))
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert await world.introspect(tokens["refresh_token"]) == {"active": False}
    assert (await world.refresh(tokens["refresh_token"])).status_code == 400
    assert (await world.exchange(unused)).status_code == 400
    assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    await world.peer.next_logout_token()
    assert in_time(world.peer.logout_tokens[0][1] - started, 1.0)
    claims = python_jose.get_unverified_claims(world.peer.logout_tokens[0][0])
    assert claims["sub"] == python_jose.get_unverified_claims(tokens["id_token"])["sub"]


@pytest.mark.parametrize(
    ("ending", "method", "error"),
    [
        (person_pb2.Renounced, Method.PIN, "access_denied"),
        (person_pb2.Renounced, Method.PERMANENT_OTP, "access_denied"),
        (person_pb2.Renounced, Method.CERTIFICATE_QSCD, None),
        (person_pb2.Revoked, Method.PERMANENT, "access_denied"),
        (person_pb2.Deceased, Method.PIN, "access_denied"),
        (person_pb2.Deceased, Method.CERTIFICATE_QSCD, "access_denied"),
    ],
)
async def test_who_left_cannot_log_in_with_our_means(
    world: World, ending: Any, method: Method, error: str | None
) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject))
    opened = await world.authorize()
    await learn(world, ending(subject_id=subject, version=2))
    target = await world.complete(opened, subject, method, Loa.HIGH)
    assert target.error == error


async def test_who_comes_back_can_log_in_again(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, person_pb2.Renounced(subject_id=subject, version=2))
    await learn(world, registered(subject, version=3))
    assert await world.tokens(subject_id=subject)


async def test_an_older_fact_changes_nothing(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject, version=5))
    tokens = await world.tokens(subject_id=subject)
    await learn(world, person_pb2.Renounced(subject_id=subject, version=4))
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_a_phone_taken_over_ends_what_is_open_but_not_the_identity(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject))
    tokens = await world.tokens(subject_id=subject)
    await learn(world, person_pb2.PhoneChanged(subject_id=subject, version=2, phone_verified=True))
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    await learn(world, person_pb2.PhoneChanged(subject_id=subject, version=3))
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert await world.deps.pool.fetchval("SELECT status FROM person") == "active"


REPLACED: list[type[Any]] = [credential_pb2.PasswordChanged, credential_pb2.PasswordRemoved]


async def opened_by(world: World, subject: str, method: Method) -> dict[str, Any]:
    """Tokens for offline use of a fresh login by this method, in a browser of its own."""
    world.http.cookies.clear()
    opened = await world.authorize(scope="openid offline_access")
    target = await world.complete(opened, subject, method, Loa.SUBSTANTIAL)
    tokens: dict[str, Any] = (await world.exchange(target.params["code"])).json()
    return tokens


@pytest.mark.parametrize("replaced", REPLACED)
async def test_a_replaced_password_ends_what_it_opened_and_nothing_else(
    world: World, replaced: Any
) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    subject = new_id()
    await learn(world, registered(subject))
    by_password = [await opened_by(world, subject, Method.PERMANENT)]
    by_password.append(await opened_by(world, subject, Method.PERMANENT_OTP))
    by_passkey = await opened_by(world, subject, Method.PASSKEY)
    somebody_else = await opened_by(world, new_id(), Method.PERMANENT)
    world.clock.advance(timedelta(minutes=2))
    during = await opened_by(world, subject, Method.PERMANENT_OTP)
    await learn(world, replaced(subject_id=subject, version=2))
    for tokens in by_password:
        assert (await world.userinfo(tokens["access_token"])).status_code == 401
        assert (await world.refresh(tokens["refresh_token"])).status_code == 400
    for tokens in (by_passkey, somebody_else, during):
        assert (await world.userinfo(tokens["access_token"])).status_code == 200
    await world.peer.next_logout_token(count=2)


async def test_the_session_of_the_change_goes_on_and_no_other(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject))
    here, elsewhere = [await opened_by(world, subject, Method.PERMANENT_OTP) for _ in range(2)]
    world.clock.advance(timedelta(minutes=2))
    sid = unverified_part(here["id_token"], 1)["sid"]
    await learn(
        world, credential_pb2.PasswordChanged(subject_id=subject, version=2, session_id=sid)
    )
    assert (await world.userinfo(here["access_token"])).status_code == 200
    assert (await world.userinfo(elsewhere["access_token"])).status_code == 401


async def test_a_change_learnt_late_spares_the_logins_after_it(world: World) -> None:
    await world.register()
    subject = new_id()
    changed = record(world, credential_pb2.PasswordChanged(subject_id=subject, version=2))
    world.clock.advance(timedelta(minutes=2))
    tokens = await opened_by(world, subject, Method.PERMANENT)
    handler = consumers.handlers(world.deps)[credential_pb2.PasswordChanged]
    async with world.deps.pool.acquire() as connection, connection.transaction():
        await handler(connection, credential_pb2.PasswordChanged(subject_id=subject), changed)
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_a_login_and_an_ending_at_once_leave_nothing_alive(world: World) -> None:
    await world.register()
    for _ in range(10):
        subject = new_id()
        await learn(world, registered(subject))
        opened = await world.authorize(prompt="login")
        target, _ = await asyncio.gather(
            world.complete(opened, subject),
            learn(world, person_pb2.Renounced(subject_id=subject, version=2)),
        )
        if target.error is None:
            assert (await world.exchange(target.params["code"])).status_code == 400
        assert not await world.deps.pool.fetchval(
            "SELECT count(*) FROM sso_session WHERE subject_id = $1 AND ended_at IS NULL", subject
        )


async def test_the_level_of_enrolment_is_a_claim(world: World) -> None:
    await world.register()
    subject = new_id()
    await learn(world, registered(subject))
    tokens = await world.tokens(subject_id=subject, scope="openid identity")
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert claims["registration_level"] == "advanced"
    assert claims["person_identifier"] == "ES/ES/00000001R"


async def test_over_kafka_the_end_is_felt_within_a_second_of_publication(
    world: World, broker: Broker
) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    subject = new_id()
    subscribed = consumers.subscription(world.deps)
    await ensure_topics(broker.bootstrap, list(subscribed.topics))
    consumer = Consumer(
        bootstrap=broker.bootstrap, group=f"test-{new_id()}", topics=subscribed.topics,
        pool=world.deps.pool, handlers=subscribed.handlers, clock=world.clock,
    )  # fmt: skip
    producer = Producer(broker.bootstrap, source="test", idempotent=broker.idempotent)
    working = asyncio.create_task(consumer.run())
    try:
        await producer.publish([record(world, registered(subject))])
        await _known(world, subject)
        tokens = await world.tokens(subject_id=subject)
        started = time.monotonic()
        await producer.publish([record(world, person_pb2.Renounced(subject_id=subject, version=2))])
        await world.peer.next_logout_token()
        assert in_time(world.peer.logout_tokens[0][1] - started, 1.0)
        assert (await world.userinfo(tokens["access_token"])).status_code == 401
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await producer.close()


async def _known(world: World, subject: str) -> None:
    query = "SELECT true FROM person WHERE subject_id = $1"
    await until(lambda: world.deps.pool.fetchval(query, subject), "the event")
