"""Who enrolled by letter renounces with the letter's code, and nobody learns whose it is."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from clavis_registry.actions.letter_renunciations import judge_acts
from clavis_registry.actions.retention import retain
from clavis_registry.sealing import verify

from services.registry.tests.citizens import (
    CONTRAST,
    ask_letter,
    enter_by_letter,
    on_record,
    printed_code,
)
from services.registry.tests.world import ANA, Enrol, World

NOBODY = "00000001R"
OTHER_CODE = "2222-2222-2222-2222"


async def ask(world: World, csv: str, **changes: str) -> Any:
    """Ask as the gateway does, and let what was asked be judged."""
    body = {"national_id": ANA, "contrast": CONTRAST, "csv": csv, "language": "es",
            "source": "192.0.2.1"}  # fmt: skip
    answer = await world.http.post(
        "/internal/v1/letter-renunciations",
        json={**body, **changes},
        headers=world.as_service("gateway"),
    )
    await judge_acts(world.deps)
    return answer


async def prove(world: World, act_id: str, code: str, *, confirmed: bool = True) -> Any:
    return await world.http.post(
        f"/internal/v1/letter-renunciations/{act_id}/proof",
        json={"code": code, "confirmed": confirmed},
        headers=world.as_service("gateway"),
    )


async def proof(world: World, token: str) -> Any:
    return await world.http.post(
        "/internal/v1/renunciation-proofs",
        json={"proof_token": token},
        headers=world.as_service("gateway"),
    )


async def begun(world: World, csv: str) -> tuple[str, str]:
    """Return the act and the code that came to the phone."""
    act_id: str = (await ask(world, csv)).json()["renunciation_id"]
    return act_id, world.outside.last_code()


async def status(world: World) -> Any:
    return await world.deps.pool.fetchval("SELECT status FROM person WHERE national_id = $1", ANA)


async def outcome(world: World, csv: str) -> Any:
    """Ask, and return what became of it."""
    act_id = (await ask(world, csv)).json()["renunciation_id"]
    return await world.deps.pool.fetchval(
        "SELECT outcome FROM letter_renunciation WHERE act_id = $1", act_id
    )


@pytest.fixture
async def csv(world: World) -> str:
    """Ana enrols by letter and keeps it."""
    return await enter_by_letter(world)


async def test_the_code_of_the_letter_and_of_the_phone_end_the_identity(
    world: World, csv: str
) -> None:
    act_id, code = await begun(world, csv)
    assert "RENUNCIAR" in world.outside.sent[-1]["body"]
    done = (await prove(world, act_id, code)).json()
    assert done["outcome"] == "renounced"
    assert await status(world) == "renounced"
    assert (await world.event_names())[-2:] == ["ContactChanged", "Renounced"]
    kept = await world.deps.pool.fetchrow("SELECT method, acr FROM renunciation")
    assert tuple(kept) == ("letter", None)
    # And no basic channel brings the person back.
    await ask_letter(world)
    assert await world.deps.pool.fetchval(
        "SELECT outcome FROM letter_request ORDER BY requested_at DESC LIMIT 1"
    ) in {"not_invitable", "mismatch"}


async def test_the_signed_proof_is_offered_once_to_who_renounced(world: World, csv: str) -> None:
    token = (await prove(world, *await begun(world, csv))).json()["proof_token"]
    assert (await proof(world, "somebody-else")).json()["code"] == "renunciation-not-found"
    answers = await asyncio.gather(proof(world, token), proof(world, token))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    pdf = next(a.json()["proof_pdf"] for a in answers if a.status_code == 200)
    sealed = await asyncio.to_thread(verify, base64.b64decode(pdf), world.deps.seal.chain)
    assert sealed
    assert sealed.valid


async def test_the_proof_waits_for_a_day(world: World, csv: str) -> None:
    token = (await prove(world, *await begun(world, csv))).json()["proof_token"]
    world.clock.advance(timedelta(hours=25))
    assert (await proof(world, token)).status_code == 404


async def test_of_two_answers_with_the_right_code_one_renounces(world: World, csv: str) -> None:
    act_id, code = await begun(world, csv)
    answers = await asyncio.gather(*(prove(world, act_id, code) for _ in range(3)))
    assert [a.json()["outcome"] for a in answers].count("renounced") == 1
    assert await world.deps.pool.fetchval("SELECT count(*) FROM renunciation") == 1
    assert (await world.event_names()).count("Renounced") == 1


async def test_of_two_acts_at_once_one_renounces(world: World, csv: str) -> None:
    first = await begun(world, csv)
    second = await begun(world, csv)
    answers = await asyncio.gather(prove(world, *first), prove(world, *second))
    assert sorted(a.json()["outcome"] for a in answers) == ["expired", "renounced"]
    assert await world.deps.pool.fetchval("SELECT count(*) FROM renunciation") == 1


async def test_the_warning_is_confirmed_first(world: World, csv: str) -> None:
    act_id, code = await begun(world, csv)
    refused = await prove(world, act_id, code, confirmed=False)
    assert refused.json()["code"] == "confirmation-required"
    assert await status(world) == "registered"


@pytest.mark.parametrize(
    "changes",
    [{"national_id": NOBODY}, {"contrast": "18/05/2031"}, {"csv": OTHER_CODE}],
    ids=["stranger", "datum", "code"],
)
async def test_who_does_not_prove_all_three_gets_the_same_answer_and_no_code(
    world: World, csv: str, changes: dict[str, str]
) -> None:
    right = await ask(world, csv)
    sent = len(world.outside.sent)
    wrong = await ask(world, **{"csv": csv, **changes})
    assert len(world.outside.sent) == sent
    assert (right.status_code, len(right.content)) == (wrong.status_code, len(wrong.content))
    assert right.json().keys() == wrong.json().keys()
    assert right.json()["expires_at"] == wrong.json()["expires_at"]
    tried = [(await prove(world, a.json()["renunciation_id"], "000000")) for a in (right, wrong)]
    assert tried[0].content == tried[1].content
    assert tried[0].json() == {"outcome": "wrong", "attempts_left": 2}


async def test_a_code_is_tried_three_times_whoever_it_was_sent_to(world: World, csv: str) -> None:
    for asked in (await ask(world, csv), await ask(world, csv, national_id=NOBODY)):
        act_id = asked.json()["renunciation_id"]
        outcomes = [(await prove(world, act_id, "000000")).json()["outcome"] for _ in range(4)]
        assert outcomes == ["wrong", "wrong", "locked", "locked"]
    assert await status(world) == "registered"


async def test_only_a_used_letter_counts(world: World) -> None:
    await on_record(world)
    await ask_letter(world)
    assert await outcome(world, await printed_code(world)) == "mismatch"


async def test_who_proved_more_since_then_does_not_leave_by_letter(
    world: World, csv: str, enrol: Enrol
) -> None:
    world.clock.advance(timedelta(hours=2))
    await enrol()
    assert await outcome(world, csv) == "not_allowed"


async def test_a_letter_that_somebody_found_ends_no_stopped_identity(
    world: World, csv: str
) -> None:
    act_id, code = await begun(world, csv)
    await world.deps.pool.execute("UPDATE person SET frozen_at = now(), frozen_origin = 'person'")
    assert (await prove(world, act_id, code)).json()["outcome"] == "expired"
    assert await outcome(world, csv) == "not_allowed"
    assert await status(world) == "registered"


async def test_wrong_codes_by_who_knows_the_document_end_the_way(world: World, csv: str) -> None:
    for _ in range(world.deps.settings.letter_tries):
        assert await outcome(world, OTHER_CODE) == "mismatch"
    assert await outcome(world, OTHER_CODE) == "blocked"
    assert await outcome(world, csv) == "not_allowed"
    # Who does not know the document uses nothing up; enrolment counts its own.
    assert await world.deps.pool.fetchval("SELECT renunciation_failures FROM letter") == 5


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
async def test_a_number_is_tried_so_often_an_hour_known_or_not(
    world: World, csv: str, *, known: bool
) -> None:
    number = ANA if known else NOBODY
    for _ in range(world.deps.settings.way_in_tries_per_hour):
        assert (await ask(world, OTHER_CODE, national_id=number)).status_code == 200
    refused = await ask(world, csv, national_id=number, source="192.0.2.9")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    world.clock.advance(timedelta(hours=1))
    assert (await ask(world, csv, national_id=number)).status_code == 200


async def test_a_used_letter_is_kept_while_its_person_may_leave_with_it(
    world: World, csv: str
) -> None:
    world.clock.advance(timedelta(days=400))
    await retain(world.deps)
    assert (await prove(world, *await begun(world, csv))).json()["outcome"] == "renounced"
    world.clock.advance(timedelta(days=400))
    await retain(world.deps)
    assert await world.deps.pool.fetchval("SELECT count(*) FROM letter") == 0
    assert await world.deps.pool.fetchval("SELECT count(*) FROM letter_renunciation") == 0
