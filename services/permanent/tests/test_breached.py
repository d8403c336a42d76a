"""Breached passwords in the forms a guesser derives, calibration, and a pepper after another."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from clavis_kit.pepper import PepperKey, to_json
from clavis_permanent.breached import SHIPPED, BreachedFileError, BreachedPasswords, build
from clavis_permanent.calibration import LEAST_MEMORY_KIB, calibrate
from clavis_permanent.passwords import StoredPassword
from clavis_permanent.rules import normalise_password
from hypothesis import given
from hypothesis import strategies as st

from services.permanent.tests.world import World

KNOWN = BreachedPasswords.from_file(SHIPPED, ["Clavis"])


@pytest.mark.parametrize(
    "password",
    ["P@ssw0rd", "Password1!", "DRAGON2024!!", "passwordpassword", "aaaaaaaaaaaaaaaa",
     "Contraseña1!", "abcabcabcabcabcabc", "Clavis2026!", "Qwertyuiop1!"],
)  # fmt: skip
def test_a_form_of_a_known_password_is_refused(password: str) -> None:
    assert KNOWN.lists(normalise_password(password))


@pytest.mark.parametrize(
    "password",
    ["Correct1!horse", "dragon83920174756!", "cuatro palabras sin relación", "Ñandú7¿?x"],
)
def test_others_are_not(password: str) -> None:
    assert not KNOWN.lists(password)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_judged(password: str) -> None:
    assert KNOWN.lists(normalise_password(password)) in (True, False)


def test_the_filter_is_the_one_of_the_manifest() -> None:
    manifest = json.loads(SHIPPED.with_suffix(".json").read_text())
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == manifest["sha256"]
    assert len(KNOWN) == manifest["entries"]


def test_equal_lists_make_equal_filters_and_others_are_refused() -> None:
    assert build(["b", "a", "a"]) == build(["A", "b"])
    with pytest.raises(BreachedFileError):
        BreachedPasswords(b"something else")


async def test_a_breached_password_is_not_put_in_force(world: World) -> None:
    await world.enrol()
    assert await world.activate("Password1!") == {"outcome": "rejected", "reasons": ["breached"]}


def test_calibration_takes_the_memory_first_and_stays_within_the_time() -> None:
    cost = calibrate(100, 64 * 1024, lambda memory, passes, _: memory / 1024 * passes * 0.5)
    assert (cost.memory_kib, cost.passes) == (2 * LEAST_MEMORY_KIB, 5)
    assert cost.cpu_ms <= 100
    slow = calibrate(1, 64 * 1024, lambda memory, passes, _: memory / 1024 * passes)
    assert (slow.memory_kib, slow.passes) == (LEAST_MEMORY_KIB, 2)


async def test_a_login_moves_a_password_to_the_new_pepper(world: World) -> None:
    await world.enrol()
    await world.activate()
    file = world.settings.password_pepper_file
    since = world.clock.now() + timedelta(hours=1)
    keys = [PepperKey("0", file.read_bytes()), PepperKey("1", base64.b64encode(b"k" * 32), since)]
    file.write_text(to_json(keys))
    world.raise_argon2_passes()
    assert (await world.log_in())["verdict"] == "accepted"
    assert await world.pool.fetchval("SELECT pepper_id FROM credential") == "0"
    world.clock.advance(timedelta(hours=1))
    for _ in range(2):
        assert (await world.log_in())["verdict"] == "accepted"
    row = await world.pool.fetchrow("SELECT password_hash, pepper_id FROM credential")
    assert row is not None
    assert StoredPassword(*row).pepper_id == "1"
