"""A step-up asks only for what the person has: the same factors as after the password."""

from typing import Any

from clavis_kit.ids import new_id

from services.permanent.tests.holders import ana_of, list_of
from services.permanent.tests.world import World


async def usable(world: World, subject_id: str) -> Any:
    answer = await world.ask("/v1/second-factors", {"subject_id": subject_id})
    return answer["second_factors"]


async def test_a_session_is_told_what_a_login_would_be(world: World) -> None:
    ana, _ = await ana_of(world)
    await world.activate()
    assert await usable(world, ana.subject_id) == ["sms"]
    await ana.add_app()
    await list_of(ana)
    told = await usable(world, ana.subject_id)
    assert told == (await world.log_in())["second_factors"] == ["sms", "totp", "recovery_code"]


async def test_who_may_use_nothing_is_told_like_nobody(world: World) -> None:
    ana, _ = await ana_of(world)
    await world.activate()
    await ana.add_app()
    for change in ("frozen = true", "frozen = false, status = 'deceased'"):
        await world.pool.execute(f"UPDATE person SET {change}")  # noqa: S608  two fixed texts
        assert await usable(world, ana.subject_id) == await usable(world, new_id()) == []
