"""An enrolment interrupted after any step goes on where it was: service, desk or browser gone."""

from typing import Any

from clavis_registry.actions.letters import judge_requests

from services.registry.tests.citizens import ask_letter, code_on_paper, on_record, terms
from services.registry.tests.life import as_officer, problem
from services.registry.tests.test_letters import complete, prove
from services.registry.tests.video_world import CONTACT, Desk, Provider
from services.registry.tests.world import COMPLETION, PowerCut, World, application


async def unfinished(world: World, **query: str) -> list[dict[str, Any]]:
    answer = await world.http.get(
        "/officer/v1/enrolments", params=query, headers=world.as_officer()
    )
    drafts: list[dict[str, Any]] = answer.json()["enrolments"]
    return drafts


async def test_every_step_can_be_the_last_before_the_power_cut(
    world: World, power_cut: PowerCut
) -> None:
    await as_officer(world, "enrolments", application())
    await power_cut()
    code = world.outside.last_code()
    (found,) = await unfinished(world, state="open")
    assert (found["state"], found["draft"]["given_name"]) == ("phone_pending", "Ana")
    path = f"enrolments/{found['enrolment_id']}"
    await as_officer(world, f"{path}/phone-proof", {"code": code})
    await power_cut()
    (found,) = await unfinished(world)
    assert found["state"] == "phone_proved"
    await as_officer(world, f"{path}/completion", COMPLETION)
    await power_cut()
    (found,) = await unfinished(world)
    assert (found["state"], found["acceptance_printed"]) == ("completed", False)
    again = await as_officer(world, f"{path}/completion", COMPLETION)
    assert problem(again) == (409, "enrolment-completed")
    assert again.json()["subject_id"] == found["subject_id"]
    headers = world.as_officer()
    printed = await world.http.get(f"/officer/v1/{path}/acceptance.pdf", headers=headers)
    assert printed.status_code == 200
    assert await unfinished(world) == []


async def fetched(world: World, token: str) -> Any:
    return await world.http.post(
        "/internal/v1/receipts",
        json={"receipt_token": token},
        headers=world.as_service("gateway"),
    )


async def test_a_letter_goes_on_after_a_power_cut_at_every_step(
    world: World, power_cut: PowerCut
) -> None:
    await on_record(world)
    await world.http.post(
        "/internal/v1/letters",
        json={"national_id": "12345678Z", "contrast": "17/05/2031", "language": "es",
              "source": "192.0.2.1"},
        headers=world.as_service("gateway"),
    )  # fmt: skip
    await power_cut()
    assert await judge_requests(world.deps) == 1, "asked for, and not judged yet"
    await power_cut()
    csv = await code_on_paper(world)
    await power_cut()
    begun = (await complete(world, csv)).json()
    code = world.outside.last_code()
    await power_cut()
    entry = (await prove(world, begun["completion_id"], code=code)).json()
    assert entry["outcome"] == "registered"
    await power_cut()
    assert (await fetched(world, entry["receipt_token"])).status_code == 200


async def test_an_answer_that_got_lost_is_given_again_to_who_has_the_code(
    world: World, power_cut: PowerCut
) -> None:
    await on_record(world)
    await ask_letter(world)
    begun = (await complete(world, await code_on_paper(world))).json()
    act, code = begun["completion_id"], world.outside.last_code()
    lost = (await prove(world, act, code=code)).json()
    await power_cut()
    again = (await prove(world, act, code=code)).json()
    assert (again["outcome"], again["subject_id"]) == ("registered", lost["subject_id"])
    assert (await world.event_names()).count("Registered") == 1
    assert (await fetched(world, lost["receipt_token"])).status_code == 404
    assert (await fetched(world, again["receipt_token"])).status_code == 200
    late = await prove(world, act, code=code)
    assert problem(late) == (409, "enrolment-completed")


async def test_nobody_else_gets_it(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    begun = (await complete(world, await code_on_paper(world))).json()
    act, code = begun["completion_id"], world.outside.last_code()
    await prove(world, act, code=code)
    wrong = "000000" if code != "000000" else "111111"
    for tried in (wrong, wrong, code):
        refused = await prove(world, act, code=tried)
        assert problem(refused) == (409, "enrolment-completed"), "two more tries, and no third"


async def test_a_closed_browser_begins_again_with_the_same_letter(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    csv = await code_on_paper(world)
    await complete(world, csv)
    again = (await complete(world, csv)).json()
    assert (await prove(world, again["completion_id"])).json()["outcome"] == "registered"


async def test_a_call_goes_on_after_a_power_cut_at_every_step(
    desk: Desk, power_cut: PowerCut
) -> None:
    token, case_id = await desk.waiting()
    await power_cut()
    waiting = (await desk.gateway("/video-appointments/arrival", token=token)).json()
    assert waiting == {"state": "queued", "place": 1}
    await desk.agent(f"/{case_id}/claim")
    await power_cut()
    await desk.announce(case_id)
    await power_cut()
    decided = await desk.agent(f"/{case_id}/decision", **desk.decision())
    assert decided.json()["state"] == "accepted"
    await power_cut()
    await desk.gateway("/video-completions", token=token, **CONTACT)
    # The browser is closed before the code is typed: the booking's token goes on.
    begun = (await desk.gateway("/video-completions", token=token, **CONTACT)).json()
    code = desk.world.outside.last_code()
    await power_cut()
    path = f"/video-completions/{begun['completion_id']}/proof"
    entry = (await desk.gateway(path, code=code, **terms())).json()
    assert entry["outcome"] == "registered"
    await power_cut()
    assert (await fetched(desk.world, entry["receipt_token"])).status_code == 200


async def test_an_automatic_case_goes_on_after_a_power_cut_at_every_step(
    provider: Provider, power_cut: PowerCut
) -> None:
    desk = provider.desk
    reference = await provider.proved()
    await power_cut()
    assert (await provider.tell(reference)).json() == {"state": "auto_passed"}
    await power_cut()
    assert (await provider.tell(reference)).json() == {"state": "auto_passed"}
    case_id = await desk.world.deps.pool.fetchval("SELECT case_id::text FROM video_case")
    await desk.agent(f"/{case_id}/review-claim", desk.supervisor)
    await power_cut()
    reviewed = await provider.review(case_id, approve=True)
    assert reviewed.json()["state"] == "approved"
    await power_cut()
    receipt = await desk.gateway(f"/video-automatic/{reference}/receipt")
    assert receipt.status_code == 200
