"""Recordings of calls: announced by who carried the video, named by the agent, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.registry.tests.citizens import on_record
from services.registry.tests.video_world import Desk, with_settings


async def test_a_decision_names_a_recording_that_was_announced(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    early = await desk.agent(f"/{case_id}/decision", **desk.decision())
    assert (early.status_code, early.json()["code"]) == (409, "recording-not-announced")
    assert await desk.state() == "claimed"
    told = desk.recording()
    await desk.announce(case_id)
    decided = await desk.agent(f"/{case_id}/decision", **desk.decision())
    assert decided.json()["state"] == "accepted"
    evidence = decided.json()["evidence"]
    assert evidence["sha256"] == told["sha256"]
    assert (evidence["provider"], evidence["recording_id"]) == ("video-co", "r-1")


async def test_to_refuse_names_one_too(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    invented = {"provider": "video-co", "recording_id": "r-2"}
    refused = await desk.agent(
        f"/{case_id}/decision", **desk.decision(accept=False, recording=invented)
    )
    assert refused.json()["code"] == "recording-not-announced"


async def test_the_agent_sees_what_was_announced(desk: Desk) -> None:
    _, case_id = await desk.taken()
    path = f"/officer/v1/video-cases/{case_id}/recordings"
    seen = await desk.world.http.get(path, headers=desk.world.as_officer(desk.agents[0]))
    assert [one["recording_id"] for one in seen.json()["recordings"]] == ["r-1"]
    counter = await desk.world.http.get(path, headers=desk.world.as_officer())
    assert counter.json()["code"] == "not-permitted"


async def test_a_recording_is_of_one_call_and_never_changes(desk: Desk) -> None:
    _, case_id = await desk.taken()
    same = await asyncio.gather(desk.announce(case_id), desk.announce(case_id))
    assert [answer.status_code for answer in same] == [200, 200]
    other = await desk.announce(case_id, sha256="cd" * 32)
    assert (other.status_code, other.json()["code"]) == (409, "recording-differs")


async def test_nothing_is_announced_of_a_call_that_is_decided(desk: Desk) -> None:
    _, case_id = await desk.accepted()
    again = await desk.announce(case_id)
    assert again.status_code == 200
    late = await desk.announce(case_id, recording_id="r-2")
    assert late.json()["code"] == "video-case-moved-on"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sha256": "AB" * 32}, "recording-invalid"),
        ({"case_id": "00000000-0000-7000-8000-000000000000"}, "video-case-not-found"),
    ],
)
async def test_what_cannot_be_a_recording_is_refused(
    desk: Desk, changes: dict[str, Any], code: str
) -> None:
    _, case_id = await desk.waiting()
    assert (await desk.announce(**{"case_id": case_id, **changes})).json()["code"] == code
    backwards = desk.world.clock.now() + timedelta(minutes=1)
    future = await desk.announce(case_id, ended_at=backwards.isoformat())
    assert future.json()["code"] == "recording-invalid"


async def test_only_a_known_provider_announces(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    stranger = ECKey.generate_key("P-256", {"kid": "video-co"})
    forged = await desk.announce(case_id, stranger)
    assert (forged.status_code, forged.json()["code"]) == (401, "provider-not-known")


async def test_who_is_in_no_register_is_always_looked_at_twice(desk: Desk) -> None:
    with_settings(desk.world, video_unknown_second_look=True)
    await desk.accepted()
    assert await desk.state() == "second_look"


async def test_who_the_register_confirms_is_not(desk: Desk) -> None:
    with_settings(desk.world, video_unknown_second_look=True)
    await on_record(desk.world)
    await desk.accepted()
    assert await desk.state() == "accepted"
