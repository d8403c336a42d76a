"""Authenticator apps and recovery codes: once each, limited, and only for who may use them."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from clavis_kit.ids import new_id
from clavis_kit.pepper import read_keys, to_json, with_new_key
from clavis_permanent.authenticators import create_authenticators
from clavis_permanent.rules.second_factors import SecondFactorPolicy, block_after

from services.permanent.tests.holders import Factors, Holder, ana_of, list_of, other
from services.permanent.tests.world import World


async def test_an_app_confirms_a_login_after_the_step_that_proved_it(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, app_id = await ana.add_app()
    # The step that proved the app opens nothing.
    assert (await factors.totp(ana.code(secret)))["verdict"] == "wrong"
    assert await factors.totp(ana.code(secret, 1)) == {"verdict": "accepted"}
    assert (await factors.totp(ana.code(secret, 1)))["verdict"] == "wrong"
    methods = await ana.methods()
    assert methods["authenticator_app"]["authenticator_app_id"] == app_id
    assert ("AuthenticatorAdded", 1) in await world.events()


async def test_ten_parallel_attempts_with_one_step_are_one_success(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, _ = await ana.add_app()
    code = ana.code(secret, 1)
    answers = await asyncio.gather(*(factors.totp(code) for _ in range(10)))
    assert [answer["verdict"] for answer in answers].count("accepted") == 1


async def test_of_fifty_parallel_wrong_codes_five_are_judged(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, _ = await ana.add_app()
    wrong = other(ana.code(secret, 1))
    answers = await asyncio.gather(*(factors.totp(wrong) for _ in range(50)))
    assert [answer["verdict"] for answer in answers].count("wrong") == 5
    assert await world.pool.fetchval("SELECT failures FROM authenticator_app") == 5
    right = await factors.totp(ana.code(secret, 1))
    assert right == {"verdict": "locked", "locked_until": "2026-03-10T12:15:00Z"}
    world.clock.advance(timedelta(minutes=15))
    assert (await factors.totp(ana.code(secret)))["verdict"] == "accepted"


async def test_each_block_is_twice_as_long_and_a_hundred_failures_end_it(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, _ = await ana.add_app()
    waits = []
    for _ in range(20):
        for _ in range(5):
            answer = await factors.totp(other(ana.code(secret)))
        until = datetime.fromisoformat(answer["locked_until"])
        waits.append(until - world.clock.now())
        world.clock.advance(waits[-1])
    policy = SecondFactorPolicy()
    assert waits == [block_after(5 * (n + 1), policy) for n in range(20)]
    assert await factors.totp(ana.code(secret)) == {"verdict": "unavailable"}


async def test_wrong_codes_of_a_new_app_do_not_bind_it(world: World) -> None:
    ana, _ = await ana_of(world)
    started = (await ana.call("POST", "/authenticator-app")).json()
    assert started["qr_svg"].startswith("<svg")
    path = f"/authenticator-app/{started['enrolment_id']}/confirmation"
    secret = base64.b32decode(started["secret"])
    for left in (4, 3, 2, 1, 0):
        answer = await ana.call("POST", path, {"code": other(ana.code(secret))})
        assert answer.json() == {"outcome": "wrong", "attempts_left": left}
    answer = await ana.call("POST", path, {"code": ana.code(secret)})
    assert answer.json() == {"outcome": "expired"}
    assert (await ana.methods())["authenticator_app"] is None


async def test_a_proof_at_once_binds_one_app_and_a_new_one_replaces_it(world: World) -> None:
    ana, factors = await ana_of(world)
    started = (await ana.call("POST", "/authenticator-app")).json()
    secret = base64.b32decode(started["secret"])
    path = f"/authenticator-app/{started['enrolment_id']}/confirmation"
    document = {"code": ana.code(secret)}
    answers = await asyncio.gather(*(ana.call("POST", path, document) for _ in range(4)))
    outcomes = sorted(answer.json()["outcome"] for answer in answers)
    assert outcomes == ["added", "expired", "expired", "expired"]
    newer, _ = await ana.add_app()
    assert (await factors.totp(ana.code(secret, 1)))["verdict"] == "wrong"
    assert (await factors.totp(ana.code(newer, 1)))["verdict"] == "accepted"
    assert [kind for kind, _ in await world.events()] == [
        "AuthenticatorAdded",
        "AuthenticatorRemoved",
        "AuthenticatorAdded",
    ]


async def test_the_secret_is_sealed_and_moves_to_a_new_key_when_used(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, _ = await ana.add_app()
    row = await world.pool.fetchrow("SELECT sealed_secret, key_id FROM authenticator_app")
    assert row is not None
    assert secret not in row["sealed_secret"]
    _rotate(world)
    assert (await factors.totp(ana.code(secret, 1)))["verdict"] == "accepted"
    assert await world.pool.fetchval("SELECT key_id FROM authenticator_app") == "next"
    world.clock.advance(timedelta(minutes=2))
    assert (await factors.totp(ana.code(secret)))["verdict"] == "accepted"


def _rotate(world: World) -> None:
    path = Path(world.settings.authenticator_key_file)
    rotated = with_new_key(read_keys(path), bytes(range(32)), "next", world.clock.now())
    path.write_text(to_json(rotated))
    parts = create_authenticators(world.settings, "Clavis", bytes)
    world.app.state.deps = replace(world.deps, authenticators=parts)


async def test_a_secret_copied_to_another_person_opens_nothing(world: World) -> None:
    ana, _ = await ana_of(world)
    secret, _ = await ana.add_app()
    eve = Holder(world, await world.enrol(national_id="X1234567L"))
    await eve.add_app()
    await world.pool.execute(
        """
        UPDATE authenticator_app AS mine SET sealed_secret = hers.sealed_secret
          FROM authenticator_app AS hers
         WHERE mine.subject_id = $1 AND hers.subject_id <> $1
        """,
        eve.subject_id,
    )
    document = {"subject_id": eve.subject_id, "code": ana.code(secret, 1), "bound_to": "x"}
    answer = await world.ask("/v1/totp-attempts", document)
    assert answer == {"verdict": "unavailable"}


async def test_ten_codes_are_good_for_once_each(world: World) -> None:
    ana, factors = await ana_of(world)
    codes = await list_of(ana)
    assert len(set(codes)) == 10
    for code in codes:
        assert await factors.recovery(code.lower().replace("-", " ")) == {"verdict": "accepted"}
    assert (await factors.recovery(codes[0]))["verdict"] == "wrong"
    assert (await ana.methods())["recovery_codes"]["left"] == 0


async def test_ten_parallel_attempts_with_one_code_are_one_success(world: World) -> None:
    ana, factors = await ana_of(world)
    code = (await list_of(ana))[0]
    answers = await asyncio.gather(*(factors.recovery(code) for _ in range(10)))
    assert [answer["verdict"] for answer in answers].count("accepted") == 1


async def test_of_fifty_parallel_wrong_recovery_codes_five_are_judged(world: World) -> None:
    ana, factors = await ana_of(world)
    codes = await list_of(ana)
    answers = await asyncio.gather(*(factors.recovery("22222-22222") for _ in range(50)))
    assert [answer["verdict"] for answer in answers].count("wrong") == 5
    assert (await factors.recovery(codes[0]))["verdict"] == "locked"


async def test_a_new_list_voids_the_former_one(world: World) -> None:
    ana, factors = await ana_of(world)
    old, new = await list_of(ana), await list_of(ana)
    assert (await factors.recovery(old[0]))["verdict"] == "wrong"
    assert (await factors.recovery(new[0]))["verdict"] == "accepted"
    stored = await world.pool.fetch("SELECT code_hash FROM recovery_code")
    assert len(stored) == 10
    assert new[1].replace("-", "") not in json.dumps([row["code_hash"] for row in stored])


async def test_frozen_ended_and_unknown_people_have_no_second_factor(world: World) -> None:
    ana, factors = await ana_of(world)
    secret, _ = await ana.add_app()
    code = (await list_of(ana))[0]
    nobody = Factors(world, new_id())
    for change in ("frozen = true", "frozen = false, status = 'deceased'"):
        await world.pool.execute(f"UPDATE person SET {change}")  # noqa: S608  two fixed texts
        for asked in (factors, nobody):
            assert await asked.totp(ana.code(secret, 1)) == {"verdict": "unavailable"}
            assert await asked.recovery(code) == {"verdict": "unavailable"}


async def test_the_app_that_makes_the_password_strong_goes_only_after_a_warning(
    world: World,
) -> None:
    ana, _ = await ana_of(world)
    await world.activate()
    _, app_id = await ana.add_app()
    await world.pool.execute("UPDATE person SET phone_verified = false")
    path = f"/authenticator-app/{app_id}"
    warned = await ana.call("DELETE", path)
    assert (warned.status_code, warned.json()["code"]) == (409, "last-strong-method")
    assert (await ana.call("DELETE", f"{path}?confirmed=true")).status_code == 204


async def test_a_login_names_the_factors_that_may_confirm_it_now(world: World) -> None:
    ana, factors = await ana_of(world)
    await world.activate()
    assert (await world.log_in())["second_factors"] == ["sms"]
    secret, _ = await ana.add_app()
    codes = await list_of(ana)
    assert (await world.log_in())["second_factors"] == ["sms", "totp", "recovery_code"]
    for _ in range(5):
        await factors.totp(other(ana.code(secret, 1)))
    for code in codes:
        await factors.recovery(code)
    assert (await world.log_in())["second_factors"] == ["sms"]


async def test_rubbish_codes_are_wrong_or_refused(world: World) -> None:
    ana, _ = await ana_of(world)
    await ana.add_app()
    await list_of(ana)
    for kind in ("totp", "recovery-code"):
        for code in ("' OR 1=1", "\ud800", "٣٣٣٣٣٣", "9" * 33, "\x00" * 6):
            document = {"subject_id": ana.subject_id, "code": code, "bound_to": "x"}
            response = await world.post(f"/v1/{kind}-attempts", document)
            assert response.status_code in (200, 422), code
            assert response.status_code == 422 or response.json()["verdict"] == "wrong"
