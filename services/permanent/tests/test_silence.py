"""Who is unknown, blocked, frozen or merely wrong cannot be told from the answer or its work."""

import time
from statistics import median

from services.permanent.tests.world import ANA, PASSWORD, World

UNKNOWN, BLOCKED, FROZEN = "00000000T", "87654321X", "X1234567L"
ROUNDS = 12


async def people(world: World) -> dict[str, tuple[str, str]]:
    """One person of each kind, and what is typed for them: for two of them the right password."""
    await world.enrol()
    await world.activate()
    blocked = await world.enrol(national_id=BLOCKED, phone="+34600111333")
    await world.activate(national_id=BLOCKED)
    for _ in range(world.settings.password_max_failures):
        await world.log_in("Wrong1!horse", BLOCKED)
    assert blocked
    frozen = await world.enrol(national_id=FROZEN, phone="+34600111444")
    await world.activate(national_id=FROZEN)
    event = world.frozen(frozen, version=2)
    event.national_id_hash = world.national_id_hash(FROZEN)
    await world.tell(event)
    return {
        "wrong": (ANA, "Wrong1!horse"),
        "unknown": (UNKNOWN, PASSWORD),
        "blocked": (BLOCKED, PASSWORD),
        "frozen": (FROZEN, PASSWORD),
    }


async def test_wrong_unknown_blocked_and_frozen_are_one_answer_for_one_work(world: World) -> None:
    kinds = await people(world)
    answers, statements = set(), {}
    for kind, (national_id, password) in kinds.items():
        document = {"national_id": national_id, "password": password}
        answer = await world.post("/v1/logins", document)
        headers = tuple(k for k in answer.headers if k != "x-request-id")
        answers.add((answer.status_code, answer.content, headers))
        statements[kind] = await world.statements_of(
            lambda n=national_id, p=password: world.log_in(p, n)  # type: ignore[misc]
        )
    assert len(answers) == 1
    assert {len(sent) for sent in statements.values()} == {2}
    assert len({tuple(sent) for sent in statements.values()}) == 1


async def test_their_times_do_not_part(world: World) -> None:
    """Interleaved, so that whatever else the machine does falls on all alike."""
    kinds = await people(world)
    await world.pool.execute("UPDATE credential SET failures = -1000 WHERE blocked_at IS NULL")
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, (national_id, password) in kinds.items():
            begun = time.perf_counter()
            await world.log_in(password, national_id)
            took[kind].append(time.perf_counter() - begun)
    middles = [median(times) for times in took.values()]
    assert max(middles) < 1.5 * min(middles)
