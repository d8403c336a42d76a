"""Passkeys at a login: good once, by who is there, refused when anything is off."""

import asyncio
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import encode_base64url, new_id

from services.permanent.tests.authenticator import PORTAL, UP_ONLY, SoftwareAuthenticator
from services.permanent.tests.holders import holder_of, log_in, start_login
from services.permanent.tests.world import World

WRONG = {"verdict": "wrong"}


async def test_a_bound_passkey_says_who_comes(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    assert await log_in(world, phone) == {
        "verdict": "accepted",
        "subject_id": ana.subject_id,
        "enrolment_level": "advanced",
        "amr_hint": ["hwk", "user"],
        "user_verified": True,
    }
    assert ("AuthenticatorAdded", 1) in await world.events()


async def test_a_synced_passkey_is_not_called_hardware(world: World) -> None:
    ana = await holder_of(world)
    cloud, _ = await ana.add_passkey(synced=True, counts=False)
    for _ in range(2):  # a count that is always zero is no count
        assert (await log_in(world, cloud))["amr_hint"] == ["pop", "user"]


@pytest.mark.parametrize(
    ("bend", "client"),
    [
        ({"rp_id": "evil.example"}, {}),
        ({"flags": UP_ONLY}, {}),
        ({"synced": True}, {}),  # backup eligibility never changes
        ({"user_handle": b"somebody else"}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"crossOrigin": True}),
        ({}, {"type": "webauthn.create"}),
        ({}, {"challenge": encode_base64url(bytes(32))}),
    ],
)
async def test_7_2_what_is_not_for_here_opens_nothing(
    world: World, bend: dict[str, Any], client: dict[str, Any]
) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    for name, value in bend.items():
        setattr(phone, name, value)
    assert await log_in(world, phone, **client) == WRONG


async def test_a_count_that_goes_back_suspends_the_passkey_and_tells_the_person(
    world: World,
) -> None:
    ana = await holder_of(world)
    phone, passkey_id = await ana.add_passkey()
    assert (await log_in(world, phone))["verdict"] == "accepted"
    phone.sign_count = 0
    assert await log_in(world, phone) == WRONG
    phone.sign_count = 99
    assert await log_in(world, phone) == WRONG
    listed = (await ana.methods())["passkeys"]
    assert [(key["passkey_id"], key["suspended"]) for key in listed] == [(passkey_id, True)]
    kinds = await world.pool.fetch("SELECT kind FROM notice ORDER BY created_at")
    assert [row["kind"] for row in kinds].count("passkey_suspended") == 1


async def test_one_challenge_is_good_for_one_answer_however_many_come_at_once(
    world: World,
) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey(counts=False)
    login_id, options = await start_login(world)
    document = {"credential": phone.get(options)}
    path = f"/v1/passkey-logins/{login_id}/assertion"
    answers = await asyncio.gather(*(world.ask(path, document) for _ in range(10)))
    verdicts = sorted(answer["verdict"] for answer in answers)
    assert verdicts == ["accepted"] + ["expired"] * 9


async def test_one_count_is_good_for_one_of_two_parallel_logins(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    attempts = []
    for _ in range(4):
        login_id, options = await start_login(world)
        phone.sign_count = 6
        attempts.append((f"/v1/passkey-logins/{login_id}/assertion", phone.get(options)))
    answers = await asyncio.gather(
        *(world.ask(path, {"credential": credential}) for path, credential in attempts)
    )
    assert [answer["verdict"] for answer in answers].count("accepted") == 1


async def test_unknown_ended_frozen_and_wrong_are_one_answer_for_one_amount_of_work(
    world: World,
) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()

    async def attempt(bend: dict[str, Any]) -> tuple[dict[str, Any], int]:
        stranger = SoftwareAuthenticator(**bend)
        statements = await world.statements_of(lambda: log_in(world, stranger))
        return await log_in(world, stranger), len(statements)

    own = {"credential_id": phone.credential_id, "user_handle": phone.user_handle}
    unknown = await attempt({"user_handle": b"x"})
    wrong_key = await attempt(own)
    await world.pool.execute("UPDATE person SET frozen = true")
    frozen = await attempt(own | {"key": phone.key, "sign_count": 50})
    await world.pool.execute("UPDATE person SET frozen = false, status = 'deceased'")
    ended = await attempt(own | {"key": phone.key, "sign_count": 80})
    # One to keep the challenge, one to take it, one to settle.
    assert unknown == wrong_key == frozen == ended == (WRONG, 3)


async def test_a_renunciation_destroys_every_method(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    await ana.add_app()
    await ana.call("POST", "/recovery-codes")
    await world.tell(
        person_pb2.Renounced(
            subject_id=ana.subject_id,
            version=world.versions[ana.subject_id] + 1,
            occurred_at=world.clock.now(),
        )
    )
    assert await log_in(world, phone) == WRONG
    for table in ("passkey", "authenticator_app", "recovery_code_set", "recovery_code"):
        held = await world.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608  fixed
        assert held == 0, table
    removed = [kind for kind, _ in await world.events() if kind == "AuthenticatorRemoved"]
    assert len(removed) == 3


RUBBISH = ["", "AA", encode_base64url(b"{}"), encode_base64url(b"\xa0" * 400), "A", "\x00", "ñ"]
FIELDS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")


@pytest.mark.parametrize("field", FIELDS)
async def test_rubbish_is_refused_and_never_a_failure(world: World, field: str) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    for rubbish in RUBBISH:
        login_id, options = await start_login(world)
        signed = phone.get(options)
        made = SoftwareAuthenticator().create(await ana.options())
        for credential in (signed, made):
            if field in credential["response"]:
                credential["response"][field] = rubbish
        path = f"/v1/passkey-logins/{login_id}/assertion"
        login = await world.post(path, {"credential": signed})
        assert login.status_code in (200, 422), (field, rubbish, login.text)
        if field != "attestationObject":
            assert login.status_code == 422 or login.json() == WRONG
        document = {"credential": made, "name": "x"}
        bound = await ana.call("POST", "/passkeys", document)
        assert bound.status_code in (201, 422), (field, rubbish, bound.text)


async def test_a_login_nobody_began_is_expired(world: World) -> None:
    phone = SoftwareAuthenticator(user_handle=b"x")
    document = {"credential": phone.get({"challenge": "AAAA"}, origin=PORTAL)}
    answer = await world.ask(f"/v1/passkey-logins/{new_id()}/assertion", document)
    assert answer == {"verdict": "expired"}
