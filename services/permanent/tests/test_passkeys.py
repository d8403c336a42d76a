"""Passkeys in the portal: bound by a person who is there, kept, and removed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import encode_base64url
from clavis_kit.loa import Loa

from services.permanent.tests.authenticator import UP_ONLY, SoftwareAuthenticator
from services.permanent.tests.holders import Holder, holder_of, start_login
from services.permanent.tests.world import World


async def test_options_ask_for_a_discoverable_verified_credential_and_tell_nothing(
    world: World,
) -> None:
    ana = await holder_of(world)
    options = await ana.options()
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert options["rp"]["id"] == "clavis.example"
    assert ana.subject_id not in str(options)
    # W3C Web Authentication Level 3 section 5.4.3: the handle stays; the challenge does not.
    again = await ana.options()
    assert again["user"]["id"] == options["user"]["id"]
    assert again["challenge"] != options["challenge"]
    _, login = await start_login(world)
    assert login["userVerification"] == "required"
    assert login["allowCredentials"] == []


async def test_a_second_authenticator_is_told_of_the_first(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    excluded = (await ana.options())["excludeCredentials"]
    assert [e["id"] for e in excluded] == [encode_base64url(phone.credential_id)]
    world.clock.advance(timedelta(seconds=1))
    await ana.add_passkey(synced=True)
    assert [key["synced"] for key in (await ana.methods())["passkeys"]] == [False, True]


@pytest.mark.parametrize(
    ("bend", "client"),
    [
        ({"rp_id": "evil.example"}, {}),
        ({"flags": UP_ONLY}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"crossOrigin": True}),
        ({}, {"type": "webauthn.get"}),
        ({}, {"challenge": encode_base64url(bytes(32))}),
    ],
)
async def test_7_1_what_is_not_for_here_is_not_bound(
    world: World, bend: dict[str, Any], client: dict[str, Any]
) -> None:
    ana = await holder_of(world)
    response = await ana.bind(SoftwareAuthenticator(**bend), **client)
    assert (response.status_code, response.json()["code"]) == (422, "passkey-not-accepted")
    assert (await ana.methods())["passkeys"] == []


async def test_one_enrolment_challenge_binds_one_passkey(world: World) -> None:
    ana = await holder_of(world)
    credential = SoftwareAuthenticator().create(await ana.options())
    document = {"credential": credential, "name": "Llave"}
    answers = await asyncio.gather(*(ana.call("POST", "/passkeys", document) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len((await ana.methods())["passkeys"]) == 1


async def test_five_minutes_later_a_challenge_is_too_old(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    login_id, options = await start_login(world)
    enrolment = SoftwareAuthenticator().create(await ana.options())
    world.clock.advance(timedelta(minutes=5))
    document = {"credential": phone.get(options)}
    answer = await world.ask(f"/v1/passkey-logins/{login_id}/assertion", document)
    assert answer == {"verdict": "expired"}
    late = await ana.call("POST", "/passkeys", {"credential": enrolment, "name": "x"})
    assert (late.status_code, late.json()["code"]) == (409, "passkey-challenge-expired")


async def test_a_credential_is_bound_once(world: World) -> None:
    ana = await holder_of(world)
    phone, _ = await ana.add_passkey()
    again = await ana.bind(phone)
    assert (again.status_code, again.json()["code"]) == (409, "passkey-already-bound")


async def test_the_limit_holds(world: World) -> None:
    ana = await holder_of(world)
    for _ in range(10):
        await ana.add_passkey()
    refused = await ana.call("POST", "/passkeys/options")
    assert (refused.status_code, refused.json()["code"]) == (409, "passkey-limit")


async def test_somebody_enrolled_at_basic_level_binds_none(world: World) -> None:
    ben = await holder_of(world, level=person_pb2.ENROLMENT_LEVEL_BASIC)
    for path in ("/passkeys/options", "/authenticator-app", "/recovery-codes"):
        refused = await ben.call("POST", path)
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "advanced-enrolment-required",
        )
    assert (await ben.methods())["can_add"] is False


@pytest.mark.parametrize("path", ["/passkeys/options", "/authenticator-app", "/recovery-codes"])
async def test_binding_asks_for_a_substantial_login_of_just_now(world: World, path: str) -> None:
    ana = await holder_of(world)
    low = await ana.call("POST", path, acr=Loa.LOW.acr)
    old = await ana.call("POST", path, auth_time=int(world.clock.now().timestamp()) - 306)
    for answer in (low, old):
        assert answer.status_code == 401
        assert answer.json()["code"] == "insufficient_user_authentication"
    assert old.json()["max_age"] == 300


async def test_the_last_strong_method_goes_only_after_a_warning_and_a_step_up(
    world: World,
) -> None:
    ana = await holder_of(world)
    _, passkey_id = await ana.add_passkey()
    path = f"/passkeys/{passkey_id}"
    warned = await ana.call("DELETE", path)
    assert (warned.status_code, warned.json()["code"]) == (409, "last-strong-method")
    stale = await ana.call("DELETE", f"{path}?confirmed=true", auth_time=1)
    assert stale.status_code == 401
    gone = await ana.call("DELETE", f"{path}?confirmed=true")
    assert gone.status_code == 204
    assert (await ana.methods())["strong_methods"] == 0
    assert ("AuthenticatorRemoved", 2) in await world.events()
    missing = await ana.call("DELETE", path)
    assert (missing.status_code, missing.json()["code"]) == (404, "method-not-found")


async def test_of_two_passkeys_removed_at_once_one_is_the_last(world: World) -> None:
    ana = await holder_of(world)
    held = [(await ana.add_passkey())[1] for _ in range(2)]
    answers = await asyncio.gather(*(ana.call("DELETE", f"/passkeys/{key}") for key in held))
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_nobody_touches_another_persons_passkey(world: World) -> None:
    ana = await holder_of(world)
    _, passkey_id = await ana.add_passkey()
    eve = Holder(world, await world.enrol(national_id="X1234567L"))
    path = f"/passkeys/{passkey_id}"
    assert (await eve.call("PATCH", path, {"name": "mine"})).status_code == 404
    assert (await eve.call("DELETE", f"{path}?confirmed=true")).status_code == 404
    assert (await ana.call("PATCH", path, {"name": "  Mi \u202e llave "})).status_code == 204
    assert (await ana.methods())["passkeys"][0]["name"] == "Mi llave"
