"""The pepper is replaced while PINs hashed under the former one are still alive."""

from datetime import timedelta
from pathlib import Path

import pytest
from clavis_kit.pepper import read_keys, to_json, with_new_key
from clavis_kit.settings import KeyFileError

from services.pin.tests.conftest import OpenWorld
from services.pin.tests.world import BEN, BEN_CONTRAST, RESEND, World

NEW_KEY = bytes(range(32))


def rotated(world: World, directory: Path, *, after: timedelta = timedelta()) -> Path:
    """Write the pepper file that holds the former key and a new one."""
    keys = read_keys(world.settings.pin_pepper_file)
    made = directory / "rotated-pepper.json"
    made.write_text(to_json(with_new_key(keys, NEW_KEY, "next", world.clock.now() + after)))
    return made


async def written_under(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT pepper_id FROM pin ORDER BY sent_at")
    return [row["pepper_id"] for row in rows]


async def test_a_pin_under_the_former_key_is_accepted_and_the_next_is_written_under_the_new_one(
    world: World, open_world: OpenWorld, tmp_path: Path
) -> None:
    await world.enrol()
    asked = await world.ask(prefix="ab12")
    after = await open_world(pin_pepper_file=rotated(world, tmp_path))
    answer = await after.attempt(asked["pin_request_id"], "ab12" + world.last_pin())
    assert answer["verdict"] == "accepted"
    world.clock.advance(RESEND)
    asked = await after.ask()
    assert await written_under(world) == ["next"]
    answer = await after.attempt(asked["pin_request_id"], after.last_pin())
    assert answer["verdict"] == "accepted"


async def test_wrong_pins_are_judged_under_the_former_key_too(
    world: World, open_world: OpenWorld, tmp_path: Path
) -> None:
    await world.enrol()
    asked = await world.ask()
    after = await open_world(pin_pepper_file=rotated(world, tmp_path))
    answer = await after.attempt(asked["pin_request_id"], world.wrong_pin())
    assert answer == {"verdict": "wrong", "attempts_left": 4}


async def test_a_key_reaches_every_instance_before_it_writes(
    world: World, open_world: OpenWorld, tmp_path: Path
) -> None:
    await world.enrol()
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone="+34600333444")
    early = await open_world(pin_pepper_file=rotated(world, tmp_path, after=timedelta(hours=1)))
    asked = await early.ask()
    assert await written_under(world) == ["0"]
    # An instance that was not restarted yet knows the key of what the other wrote.
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer["verdict"] == "accepted"
    world.clock.advance(timedelta(hours=1))
    await early.ask(national_id=BEN, contrast=BEN_CONTRAST)
    assert await written_under(world) == ["0", "next"]


async def test_a_pin_whose_key_is_gone_has_expired_and_counts_as_no_failure(
    world: World, open_world: OpenWorld, tmp_path: Path
) -> None:
    await world.enrol()
    asked = await world.ask()
    only_new = tmp_path / "only-new.json"
    only_new.write_text(to_json(read_keys(rotated(world, tmp_path))[1:]))
    after = await open_world(pin_pepper_file=only_new)
    answer = await after.attempt(asked["pin_request_id"], world.last_pin())
    assert answer == {"verdict": "expired"}
    assert await world.pool.fetchval("SELECT failures FROM pin") == 0


@pytest.mark.parametrize(
    "content",
    [
        b"short",
        b'{"keys": []}                          ',
        b'{"keys": [{"id": "1", "key": "c2hvcnQ="}]}',
        b'{"keys": [{"id": "1", "key": "no base64 !!!!!!!!!!!!!!!!!!"}]}',
        b'{"keys": "nothing of the kind, is it now"}',
    ],
)
def test_a_file_that_holds_no_usable_key_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    file.write_bytes(content)
    with pytest.raises(KeyFileError):
        read_keys(file)
