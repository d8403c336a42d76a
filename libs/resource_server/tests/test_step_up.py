"""What a route asks of the login: RFC 9470."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from clavis_resource_server import Provider
from clavis_resource_server.config import LEVELS
from clavis_resource_server.levels import reaches
from fastapi import Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st

from .conftest import API, ISSUER, SUBSTANTIAL, Client, World

LOW, HIGH = LEVELS[0], LEVELS[2]


def asked(answer: Any) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["www-authenticate"]))


@pytest.mark.parametrize(("acr", "age", "status"), [
    (SUBSTANTIAL, 60, 200), (HIGH, 60, 200), (LOW, 60, 401), (None, 60, 401),
    ("urn:other", 60, 401), (SUBSTANTIAL, 905, 200), (SUBSTANTIAL, 906, 401),
])  # fmt: skip
async def test_rfc9470_3_a_login_too_low_or_too_old_is_asked_for_again(
    client: Client, world: World, acr: str | None, age: int, status: int
) -> None:
    token = world.token(acr=acr, auth_time=int(world.now) - age)
    answer = await client.get(token, "/secret")
    assert answer.status_code == status
    if status == 401:
        found = asked(answer)
        assert found["error"] == "insufficient_user_authentication"
        assert (found["acr_values"], found["max_age"]) == (SUBSTANTIAL, "900")


async def test_a_token_that_tells_no_time_is_too_old(client: Client, world: World) -> None:
    assert (await client.get(world.token(auth_time=None), "/secret")).status_code == 401


async def test_a_bound_token_gets_the_challenge_of_its_scheme(client: Client, world: World) -> None:
    token = world.token(acr=LOW, cnf=world.bound)
    answer = await client.proved(token, world.proof(token, htu=f"{API}/secret"), "/secret")
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert asked(answer)["acr_values"] == SUBSTANTIAL


async def test_levels_by_the_names_a_relying_party_uses(world: World) -> None:
    levels = ("eidas1", "eidas2", "eidas3")
    server = world.server(provider=Provider(ISSUER, API, levels=levels))
    app = FastAPI()

    @app.get("/two", dependencies=[Depends(server.require(acr="eidas2"))])
    async def two() -> str:
        return "in"

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=API) as http:
        client = Client(world, http)
        assert (await client.get(world.token(acr="eidas3"), "/two")).status_code == 200
        answer = await client.get(world.token(acr="eidas1"), "/two")
        assert asked(answer)["acr_values"] == "eidas2"
    await server.close()


@given(st.sampled_from([*LEVELS, "urn:x", None]), st.sampled_from([*LEVELS, "urn:x"]))
def test_a_level_never_reaches_above_itself(acr: str | None, needed: str) -> None:
    order = {level: place for place, level in enumerate(LEVELS)}
    if acr in order and needed in order:
        assert reaches(acr, needed, LEVELS) == (order[acr] >= order[needed])
    else:
        assert reaches(acr, needed, LEVELS) == (acr == needed)
