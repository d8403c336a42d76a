"""An enrolment interrupted after any step goes on where it was, from any desk of the office."""

from typing import Any

from services.registry.tests.life import as_officer, problem
from services.registry.tests.world import COMPLETION, World, application


async def unfinished(world: World, **query: str) -> list[dict[str, Any]]:
    answer = await world.http.get(
        "/officer/v1/enrolments", params=query, headers=world.as_officer()
    )
    drafts: list[dict[str, Any]] = answer.json()["enrolments"]
    return drafts


async def test_every_step_can_be_the_last_before_the_power_cut(world: World) -> None:
    await as_officer(world, "enrolments", application())
    code = world.outside.last_code()
    (found,) = await unfinished(world, state="open")
    assert (found["state"], found["draft"]["given_name"]) == ("phone_pending", "Ana")
    path = f"enrolments/{found['enrolment_id']}"
    await as_officer(world, f"{path}/phone-proof", {"code": code})
    (found,) = await unfinished(world)
    assert found["state"] == "phone_proved"
    await as_officer(world, f"{path}/completion", COMPLETION)
    (found,) = await unfinished(world)
    assert (found["state"], found["acceptance_printed"]) == ("completed", False)
    again = await as_officer(world, f"{path}/completion", COMPLETION)
    assert problem(again) == (409, "enrolment-completed")
    assert again.json()["subject_id"] == found["subject_id"]
    headers = world.as_officer()
    printed = await world.http.get(f"/officer/v1/{path}/acceptance.pdf", headers=headers)
    assert printed.status_code == 200
    assert await unfinished(world) == []
