"""Two processes on one database, over HTTP, with no broker and no registry anywhere."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from clavis_kit.clock import SystemClock
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit.service_processes import instance
from cryptography.hazmat.primitives.asymmetric import ec

from services.permanent.tests.world import ANA, PASSWORD, World


async def test_of_a_hundred_parallel_wrong_passwords_at_two_instances_five_are_judged(
    world: World, tmp_path: Path
) -> None:
    await world.enrol()
    await world.activate()
    signer = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), SystemClock())
    world.outside.key_sets["gateway"] = signer.jwks
    async with AsyncExitStack() as stack:
        starts = [instance(world.settings, tmp_path / f"{n}.log") for n in range(2)]
        clients = await asyncio.gather(*map(stack.enter_async_context, starts))

        async def log_in(turn: int, password: str) -> str:
            document = {"national_id": ANA, "password": password}
            headers = signer.headers("permanent")
            answer = await clients[turn % 2].post("/v1/logins", json=document, headers=headers)
            verdict: str = answer.json()["verdict"]
            return verdict

        right = await asyncio.gather(*(log_in(turn, PASSWORD) for turn in range(10)))
        assert Counter(right) == {"accepted": 10}
        wrong = await asyncio.gather(*(log_in(turn, "Wrong1!horse") for turn in range(100)))
        assert Counter(wrong) == {"wrong": 100}
        assert await log_in(0, PASSWORD) == "wrong"
    row = await world.pool.fetchrow("SELECT failures, blocked_at IS NOT NULL FROM credential")
    assert row is not None
    assert tuple(row) == (5, True)
    told = [kind for kind, _ in await world.events()]
    assert told.count("PasswordBlocked") == 1
    notices = await world.pool.fetch("SELECT kind FROM notice WHERE kind = 'password_blocked'")
    assert len(notices) == 1
