"""Two processes on one database, over HTTP, with no broker and no registry anywhere."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from clavis_kit.clock import SystemClock
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit.service_processes import instance
from cryptography.hazmat.primitives.asymmetric import ec

from services.pin.tests.world import ANA, ANA_CONTRAST, World


@dataclass
class Pair:
    """Two instances; requests go to one and the other in turn."""

    world: World
    clients: list[httpx.AsyncClient]
    signer: ServiceTokenSigner

    async def post(self, turn: int, path: str, document: Any) -> dict[str, Any]:
        headers = self.signer.headers("pin")
        response = await self.clients[turn % 2].post(path, json=document, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def ask(self, turn: int = 0) -> dict[str, Any]:
        asked = {"national_id": ANA, "contrast": ANA_CONTRAST, "relying_party": "x"}
        return await self.post(turn, "/v1/pins", asked | {"language": "es"})

    async def attempts(self, pin_request_id: str, pin: str, count: int) -> Counter[str]:
        path = f"/v1/pins/{pin_request_id}/attempts"
        answers = await asyncio.gather(
            *(self.post(turn, path, {"pin": pin}) for turn in range(count))
        )
        return Counter(answer["verdict"] for answer in answers)


@pytest_asyncio.fixture
async def pair(world: World, tmp_path: Path) -> AsyncIterator[Pair]:
    signer = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), SystemClock())
    world.outside.key_sets["gateway"] = signer.jwks
    async with AsyncExitStack() as stack:
        starts = [instance(world.settings, tmp_path / f"{n}.log") for n in range(2)]
        clients = await asyncio.gather(*map(stack.enter_async_context, starts))
        yield Pair(world, list(clients), signer)


async def test_two_instances_judge_as_one(pair: Pair) -> None:
    """One start of two processes serves all that must hold across them."""
    await pair.world.enrol()
    # Twenty parallel requests at both: one message.
    asked = await asyncio.gather(*(pair.ask(turn) for turn in range(20)))
    assert Counter(a["outcome"] for a in asked) == {"sent": 1, "limited": 19}
    assert len(pair.world.outside.messages) == 1
    [sent] = [a for a in asked if a["outcome"] == "sent"]

    # Ten parallel attempts with the right PIN: one success.
    verdicts = await pair.attempts(sent["pin_request_id"], pair.world.last_pin(), 10)
    assert verdicts == {"accepted": 1, "used": 9}

    # A hundred parallel wrong ones: five are judged, the rest is locked.
    await pair.world.pool.execute("DELETE FROM phone_quota")
    await pair.world.pool.execute("DELETE FROM pin_quota")
    sent = await pair.ask()
    verdicts = await pair.attempts(sent["pin_request_id"], pair.world.wrong_pin(), 100)
    assert verdicts == {"wrong": 5, "locked": 95}
    right = await pair.attempts(sent["pin_request_id"], pair.world.last_pin(), 2)
    assert right == {"locked": 2}
    limited = await pair.ask(1)
    until = datetime.fromisoformat(limited["retry_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < until <= timedelta(minutes=15)
