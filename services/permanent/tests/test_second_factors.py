"""Authenticator apps and recovery codes: once each, limited, and only for who may use them."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clavis_kit.ids import new_id
from clavis_kit.pepper import Pepper, PepperKey, read_keys, to_json, with_new_key
from clavis_permanent.authenticators import create_authenticators
from clavis_permanent.rules.second_factors import (
    RECOVERY_ALPHABET,
    SecondFactorPolicy,
    attempts_left,
    block_after,
    canonical_recovery_code,
    hotp,
    matching_step,
    new_recovery_codes,
    otpauth_uri,
    step_at,
)
from clavis_permanent.sealing import Seal, UnreadableSecretError
from hypothesis import given
from hypothesis import strategies as st

from services.permanent.tests.holders import Holder
from services.permanent.tests.world import World

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RFC_SECRET = b"12345678901234567890"
RFC_SECRETS = {"sha1": RFC_SECRET, "sha256": (RFC_SECRET * 2)[:32], "sha512": (RFC_SECRET * 4)[:64]}


RFC_CODES = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"


@pytest.mark.parametrize(
    ("count", "code"),
    list(enumerate(RFC_CODES.split())),
)
def test_rfc4226_appendix_d(count: int, code: str) -> None:
    assert hotp(RFC_SECRET, count) == code


@pytest.mark.parametrize(
    ("seconds", "hash_name", "code"),
    [
        (59, "sha1", "94287082"),
        (59, "sha256", "46119246"),
        (59, "sha512", "90693936"),
        (1111111109, "sha1", "07081804"),
        (1111111109, "sha256", "68084774"),
        (1111111109, "sha512", "25091201"),
        (1111111111, "sha1", "14050471"),
        (1234567890, "sha1", "89005924"),
        (2000000000, "sha1", "69279037"),
        (20000000000, "sha1", "65353130"),
        (20000000000, "sha256", "77737706"),
        (20000000000, "sha512", "47863826"),
    ],
)
def test_rfc6238_appendix_b(seconds: int, hash_name: str, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert hotp(RFC_SECRETS[hash_name], step, digits=8, hash_name=hash_name) == code


@given(typed=st.text(max_size=12))
def test_whatever_is_typed_is_matched_or_not(typed: str) -> None:
    step = matching_step(RFC_SECRET, typed.encode("utf-8", "replace").decode(), NOW, 1)
    assert step is None or hotp(RFC_SECRET, step) == typed


@given(secret=st.binary(min_size=20, max_size=20), late=st.integers(-3, 3))
def test_rfc6238_5_2_one_step_early_or_late_is_taken_and_no_more(secret: bytes, late: int) -> None:
    here = step_at(NOW)
    near = {hotp(secret, here + step): here + step for step in (-1, 0, 1)}
    typed = hotp(secret, here + late)
    assert matching_step(secret, typed, NOW, 1) == near.get(typed)


@given(failures=st.integers(0, 10_000))
def test_blocks_double_up_to_a_day(failures: int) -> None:
    policy = SecondFactorPolicy()
    block = block_after(failures, policy)
    assert (block is None) == (failures == 0 or failures % 5 != 0)
    if block is not None:
        assert timedelta(minutes=15) <= block <= timedelta(days=1)
        assert attempts_left(failures, policy) == 0


@given(
    code=st.text(st.sampled_from(RECOVERY_ALPHABET), min_size=10, max_size=10),
    cut=st.integers(0, 10),
)
def test_a_recovery_code_is_the_same_however_it_is_spelled(code: str, cut: int) -> None:
    spelled = f" {code[:cut].lower()}-{code[cut:]} ".replace("0", "o").replace("1", "l")
    assert canonical_recovery_code(spelled) == code


def test_codes_of_a_list_differ() -> None:
    numbers = iter([0] * 20 + [1] * 10 + [2] * 10)
    assert len(set(new_recovery_codes(3, lambda _: next(numbers)))) == 3


def test_the_uri_of_the_app_spells_what_it_needs() -> None:
    uri = otpauth_uri(RFC_SECRET, issuer="Mi Clave", label="Ana: casa")
    assert uri == (
        "otpauth://totp/Mi%20Clave:Ana:%20casa?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Mi%20Clave&algorithm=SHA1&digits=6&period=30"
    )


class Factors:
    """What the gateway asks after a password."""

    def __init__(self, world: World, subject_id: str) -> None:
        self.world = world
        self.subject_id = subject_id

    async def totp(self, code: str) -> dict[str, Any]:
        return await self._ask("totp", code)

    async def recovery(self, code: str) -> dict[str, Any]:
        return await self._ask("recovery-code", code)

    async def _ask(self, kind: str, code: str) -> dict[str, Any]:
        document = {"subject_id": self.subject_id, "code": code, "bound_to": "interaction-1"}
        return await self.world.ask(f"/v1/{kind}-attempts", document)


async def ana_of(world: World) -> tuple[Holder, Factors]:
    subject_id = await world.enrol()
    return Holder(world, subject_id), Factors(world, subject_id)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def list_of(ana: Holder) -> list[str]:
    response = await ana.call("POST", "/recovery-codes")
    assert response.status_code == 200, response.text
    codes: list[str] = response.json()["codes"]
    return codes


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


def test_a_sealed_secret_needs_its_key() -> None:
    sealed = Seal(Pepper([PepperKey("0", bytes(32))])).seal(b"secret", "ana", NOW)
    other_ring = Seal(Pepper([PepperKey("1", bytes(32))]))
    with pytest.raises(UnreadableSecretError):
        other_ring.open(sealed, "ana")
