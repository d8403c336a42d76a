"""Unknown, inactive, blocked, frozen and wrong are one answer after one work."""

from dataclasses import replace
from typing import Literal

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from clavis_kit import pepper
from clavis_kit.pools import BoundedPool
from clavis_permanent.passwords import create_passwords
from clavis_permanent.peppers import FilePepper

from services.permanent.tests.world import ANA, PASSWORD, World

UNKNOWN, BLOCKED, FROZEN = "00000000T", "87654321X", "X1234567L"
INACTIVE = "11111111H"


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
    await world.enrol(national_id=INACTIVE, phone="+34600111555")
    return {
        "wrong": (ANA, "Wrong1!horse"),
        "unknown": (UNKNOWN, PASSWORD),
        "inactive": (INACTIVE, PASSWORD),
        "blocked": (BLOCKED, PASSWORD),
        "frozen": (FROZEN, PASSWORD),
    }


async def test_wrong_unknown_inactive_blocked_and_frozen_are_one_answer_for_one_work(
    world: World,
) -> None:
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


async def test_each_costs_one_verification_of_the_same_argon2(world: World) -> None:
    """The whole of what takes long; what little the rest takes is measured by bench.strangers."""
    kinds = await people(world)
    hasher = watch_hasher(world)
    costs = {}
    for kind, (national_id, password) in kinds.items():
        hasher.costs.clear()
        assert await world.log_in(password, national_id) == {"verdict": "wrong"}
        costs[kind] = list(hasher.costs)
    verification = ("verify", extract_parameters(world.deps.passwords.dummy.hash))
    assert costs == {kind: [verification] for kind in kinds}
    world.deps.passwords.close()


class CountingHasher(PasswordHasher):
    """The real one, which notes what it is asked to do and what that costs."""

    costs: list[tuple[str, Parameters | None]]

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.costs.append(("hash", None))
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  the library's
        self.costs.append(("verify", extract_parameters(str(hash))))
        return super().verify(hash, password)


def watch_hasher(world: World) -> CountingHasher:
    """Let the service go on with a hasher of the same parameters that is watched."""
    settings = world.settings
    hasher = CountingHasher(
        time_cost=settings.argon2_passes, memory_cost=settings.argon2_memory_kib,
        parallelism=settings.argon2_lanes, type=Type.ID,
    )  # fmt: skip
    hasher.costs = []
    peppers = FilePepper(pepper.read_keys(settings.password_pepper_file), world.clock)
    pool = BoundedPool("argon2", workers=1, queue=10)
    passwords = create_passwords(hasher, peppers, pool, "nobody's")
    world.app.state.deps = replace(world.deps, passwords=passwords)
    return hasher
