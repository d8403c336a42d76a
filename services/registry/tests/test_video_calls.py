"""Video calls with an agent, over HTTP: who decides, who looks twice, what is kept."""

import asyncio
from datetime import date, timedelta
from typing import Any

from clavis_events.registry.v1 import person_pb2
from clavis_registry.actions.offices import add_officer

from services.registry.tests.citizens import on_record, terms
from services.registry.tests.video_world import (
    CONTACT,
    PERSON,
    SEEN,
    Desk,
    with_sample,
)
from services.registry.tests.world import ANA, Enrol


async def test_a_call_makes_basic_once_the_phone_is_proved(desk: Desk) -> None:
    token, _ = await desk.accepted()
    begun = (await desk.gateway("/video-completions", token=token, **CONTACT)).json()
    proof = {"code": desk.world.outside.last_code(), **terms()}
    path = f"/video-completions/{begun['completion_id']}/proof"
    answers = await asyncio.gather(desk.gateway(path, **proof), desk.gateway(path, **proof))
    assert [answer.status_code for answer in answers] == [200, 200]
    entry = answers[0].json()
    assert (entry["outcome"], entry["level"]) == ("registered", "basic")
    registered, _ = await desk.world.events()
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_VIDEO_CALL
    assert await desk.state() == "completed"


async def test_of_two_agents_one_gets_the_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    answers = await asyncio.gather(*(desk.agent(f"/{case_id}/claim", who) for who in desk.agents))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_only_who_claimed_decides_and_everything_must_be_seen(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    await desk.announce(case_id)
    foreign = await desk.agent(f"/{case_id}/decision", desk.agents[1], **desk.decision())
    assert foreign.json()["code"] == "video-case-not-yours"
    blurred = desk.decision(checklist={**SEEN, "document_genuine": False})
    assert (await desk.agent(f"/{case_id}/decision", **blurred)).json()["code"] == (
        "checklist-incomplete"
    )
    other = desk.decision(person={**PERSON, "national_id": "00000001R"})
    assert (await desk.agent(f"/{case_id}/decision", **other)).json()["code"] == "signer-differs"


async def test_a_refused_call_enters_nobody_and_says_why(desk: Desk) -> None:
    token, case_id = await desk.taken()
    refused = await desk.agent(
        f"/{case_id}/decision", **desk.decision(accept=False, reason="La cara no coincide")
    )
    assert refused.json()["state"] == "refused"
    late = await desk.gateway("/video-completions", token=token, **CONTACT)
    assert late.json()["code"] == "video-case-moved-on"


async def test_a_sampled_call_waits_for_another_agent(desk: Desk) -> None:
    with_sample(desk.world, 1.0)
    token, case_id = await desk.accepted()
    assert await desk.state() == "second_look"
    waits = await desk.gateway("/video-completions", token=token, **CONTACT)
    assert waits.json()["code"] == "video-case-moved-on"
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    own = await desk.agent(f"/{case_id}/second-look", **look)
    assert own.json()["code"] == "own-decision"
    confirmed = await desk.agent(f"/{case_id}/second-look", desk.agents[1], **look)
    assert confirmed.json()["state"] == "accepted"


async def test_a_second_look_may_overturn(desk: Desk) -> None:
    with_sample(desk.world, 1.0)
    _, case_id = await desk.accepted()
    overturned = await desk.agent(
        f"/{case_id}/second-look", desk.agents[1], accept=False, reason="El documento es una copia"
    )
    assert (overturned.json()["state"], overturned.json()["applicant"]) == ("refused", None)


async def test_what_differs_from_the_register_is_always_looked_at_twice(desk: Desk) -> None:
    await on_record(desk.world, birth_date=date(1984, 6, 1))
    await desk.accepted()
    assert await desk.state() == "second_look"


async def test_what_the_register_confirms_is_accepted(desk: Desk) -> None:
    await on_record(desk.world)
    await desk.accepted()
    assert await desk.state() == "accepted"


async def test_agents_have_no_part_in_their_own_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    me = await add_officer(desk.world.deps, ANA, "MAD-1", "video_agent", "Ana García")
    assert (await desk.agent(f"/{case_id}/claim", me)).json()["code"] == "own-record"
    with_sample(desk.world, 1.0)
    await desk.agent(f"/{case_id}/claim")
    await desk.announce(case_id)
    await desk.agent(f"/{case_id}/decision", **desk.decision())
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    refused = await desk.agent(f"/{case_id}/second-look", me, **look)
    assert refused.json()["code"] == "own-record"


async def test_every_act_upon_a_call_is_on_the_record_of_the_person(
    desk: Desk, enrol: Enrol
) -> None:
    entered = await enrol()
    with_sample(desk.world, 1.0)
    await desk.world.deps.pool.execute("UPDATE person SET status = 'none'")
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/release")
    await desk.agent(f"/{case_id}/claim")
    await desk.announce(case_id)
    await desk.agent(f"/{case_id}/decision", **desk.decision())
    look = {"accept": True, "reason": "Visto el vídeo entero"}
    await desk.agent(f"/{case_id}/second-look", desk.agents[1], **look)
    done = await desk.world.deps.pool.fetch(
        "SELECT action FROM audit_event WHERE subject_id = $1 AND action LIKE 'video-%'"
        " ORDER BY audit_event_id",
        entered.subject_id,
    )
    assert [row["action"] for row in done] == [
        "video-released", "video-decided", "video-second-look",
    ]  # fmt: skip
    looked = await desk.world.deps.pool.fetch(
        "SELECT officer_subject_id::text FROM lookup WHERE subject_id = $1 ORDER BY lookup_id",
        entered.subject_id,
    )
    first, second = desk.agents
    assert [row[0] for row in looked] == [first, first, second]


async def test_an_abandoned_call_is_on_record(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    await desk.agent(f"/{case_id}/abandonment", reason="No contesta nadie")
    kept = await desk.world.deps.pool.fetchval(
        "SELECT facts ->> 'reason' FROM audit_event WHERE action = 'video-abandoned'"
    )
    assert kept == "No contesta nadie"


async def test_a_silent_agent_loses_the_call(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    await desk.agent(f"/{case_id}/claim")
    foreign = await desk.agent(f"/{case_id}/release", desk.agents[1])
    assert foreign.json()["code"] == "video-case-not-yours"
    desk.world.clock.advance(timedelta(minutes=30))
    assert (await desk.agent(f"/{case_id}/release", desk.agents[1])).status_code == 204
    assert await desk.state() == "queued"


async def test_officers_at_the_counter_do_not_decide_calls(desk: Desk) -> None:
    _, case_id = await desk.waiting()
    refused = await desk.agent(f"/{case_id}/claim", desk.world.officer)
    assert refused.json()["code"] == "not-permitted"


async def lookups(desk: Desk) -> int:
    count: int = await desk.world.deps.pool.fetchval("SELECT count(*) FROM lookup")
    return count


async def test_whom_a_case_is_about_is_read_by_its_agents_alone_and_kept(desk: Desk) -> None:
    first, second = desk.agents

    async def read(path: str, who: str) -> dict[str, Any]:
        answer = await desk.world.http.get(
            f"/officer/v1/video-cases{path}", headers=desk.world.as_officer(who)
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    with_sample(desk.world, 1.0)
    _, case_id = await desk.taken()
    await desk.agent(f"/{case_id}/decision", first, **desk.decision())
    before = await lookups(desk)
    (listed,) = (await read("?state=second_look", second))["cases"]
    assert [listed[name] for name in ("applicant", "evidence", "reason")] == [None, None, None]
    assert (await read(f"/{case_id}", first))["applicant"] is None
    assert await lookups(desk) == before
    assert (await read(f"/{case_id}", second))["applicant"]["national_id"] == ANA
    assert await lookups(desk) == before + 1
    await desk.agent(f"/{case_id}/second-look", second, accept=True, reason="Coincide todo")
    assert (await read(f"/{case_id}", second))["applicant"] is None
