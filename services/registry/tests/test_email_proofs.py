"""Who enrolled by letter proves the e-mail address with the token of the receipt."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from clavis_registry.actions.subjects import claims_of

from services.registry.tests.citizens import ask_letter, on_record, printed_code
from services.registry.tests.test_letters import complete, prove
from services.registry.tests.world import ANA, World


@pytest.fixture
async def token(world: World) -> str:
    await on_record(world)
    await ask_letter(world)
    begun = (await complete(world, await printed_code(world))).json()
    return str((await prove(world, begun["completion_id"])).json()["receipt_token"])


async def send(world: World, path: str, **body: str) -> Any:
    return await world.http.post(
        f"/internal/v1/email-proofs{path}", json=body, headers=world.as_service("gateway")
    )


async def claim(world: World) -> Any:
    subject_id = await world.deps.pool.fetchval(
        "SELECT subject_id::text FROM person WHERE national_id = $1", ANA
    )
    return (await claims_of(world.deps, subject_id, {"email_verified"}))["email_verified"]


async def test_a_code_by_email_proves_the_address(world: World, token: str) -> None:
    assert not await claim(world)
    begun = (await send(world, "", receipt_token=token)).json()
    assert begun["outcome"] == "code_sent"
    assert "ana@example.es" not in begun["email_hint"]
    path, right = f"/{begun['email_proof_id']}/proof", world.outside.last_code()
    wrong = "000000" if right != "000000" else "111111"
    refused = (await send(world, path, receipt_token=token, code=wrong)).json()
    assert refused == {"outcome": "wrong", "attempts_left": 2}
    assert not await claim(world)
    both = await asyncio.gather(
        *(send(world, path, receipt_token=token, code=right) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert await claim(world)
    again = await send(world, "", receipt_token=token)
    assert again.json()["code"] == "contact-unchanged"


async def test_only_who_enrolled_can_and_only_for_a_day(world: World, token: str) -> None:
    begun = (await send(world, "", receipt_token=token)).json()
    code = world.outside.last_code()
    stranger = await send(world, "", receipt_token="somebody-else")
    assert stranger.json()["code"] == "receipt-not-found"
    world.clock.advance(timedelta(hours=25))
    late = await send(world, f"/{begun['email_proof_id']}/proof", receipt_token=token, code=code)
    assert late.json()["code"] == "enrolment-expired"
    assert not await claim(world)
