"""A forgotten or blocked password replaced, and the activation code that does it."""

from typing import Any

import pytest

from services.permanent.tests.test_border import access_token
from services.permanent.tests.world import ANA, PASSWORD, World

OTHER = "Another1!horse"


async def recover(world: World, **changes: Any) -> dict[str, Any]:
    document = {"national_id": ANA, "activation_code": "abcd-efgh-jkmn", "language": "es"}
    return await world.ask("/v1/recoveries", document | changes)


async def finish(world: World, recovery_id: str, password: str = OTHER) -> dict[str, Any]:
    path = f"/v1/recoveries/{recovery_id}"
    proof = await world.ask(f"{path}/otp-attempts", {"otp": world.last_otp()})
    assert proof == {"verdict": "accepted"}
    return await world.ask(f"{path}/password", {"password": password})


async def test_activation_code_and_phone_replace_a_blocked_password(world: World) -> None:
    await world.enrol()
    await world.activate()
    for _ in range(5):
        await world.log_in("Wrong1!horse")
    started = await recover(world)
    assert "recuperar la contraseña" in world.outside.messages[-1]["body"].replace("n~", "ñ")
    assert (await finish(world, started["activation_id"]))["outcome"] == "activated"
    assert (await world.log_in(OTHER))["verdict"] == "accepted"
    kinds = await world.pool.fetch("SELECT kind FROM credential_history ORDER BY entry_id")
    assert [row["kind"] for row in kinds] == [
        "password_activated",
        "password_blocked",
        "password_recovered",
    ]


async def test_nobody_recovers_what_was_never_activated(world: World) -> None:
    await world.enrol()
    assert await recover(world) == {"outcome": "mismatch"}
    assert await recover(world, national_id="00000000T") == {"outcome": "mismatch"}


async def test_a_stranger_with_the_identity_number_cannot_block_the_code(world: World) -> None:
    await world.enrol()
    await world.activate()
    for _ in range(6):
        assert await recover(world, activation_code="ZZZZ-ZZZZ-ZZZZ") == {"outcome": "mismatch"}
    assert (await recover(world))["outcome"] == "code_sent"


async def test_the_hundredth_wrong_code_in_a_row_blocks_it_all_the_same(world: World) -> None:
    await world.enrol()
    await world.activate()
    await world.pool.execute("UPDATE activation_code SET recovery_failures = 99")
    await recover(world, activation_code="ZZZZ-ZZZZ-ZZZZ")
    assert await recover(world) == {"outcome": "mismatch"}
    assert (await world.events())[-1] == ("ActivationCodeBlocked", 3)


async def test_the_fifth_wrong_code_at_an_activation_is_told_to_the_registry(world: World) -> None:
    await world.enrol()
    for _ in range(6):
        await world.start(activation_code="ZZZZ-ZZZZ-ZZZZ")
    assert await world.events() == [("ActivationCodeBlocked", 1)]


@pytest.mark.parametrize(
    ("amr", "age", "status"),
    [
        (["swk"], 60, 200),
        (["hwk", "sc"], 60, 200),
        (["swk"], 301, 403),
        (["pwd"], 60, 403),
        (["hwk", "user"], 60, 403),
    ],
)
async def test_a_fresh_certificate_login_replaces_a_forgotten_password(
    world: World, amr: list[str], age: int, status: int
) -> None:
    subject_id = await world.enrol()
    await world.activate()
    auth_time = int(world.clock.now().timestamp()) - age
    headers = access_token(world, sub=subject_id, amr=amr, auth_time=auth_time)
    answer = await world.client.post(
        "/citizen/v1/credential/recovery", json={"new_password": OTHER}, headers=headers
    )
    assert answer.status_code == status
    assert (await world.log_in(OTHER))["verdict"] == ("accepted" if status == 200 else "wrong")
    assert (await world.log_in(PASSWORD))["verdict"] == ("wrong" if status == 200 else "accepted")
