"""The postal address as a claim (OpenID Connect Core 1.0 section 5.1.1)."""

from typing import Any

from services.registry.tests.citizens import on_record
from services.registry.tests.world import Enrol, World


async def claims(world: World, subject_id: str, *names: str) -> Any:
    body = {"subject_id": subject_id, "claims": list(names), "client_id": "demo-web"}
    answer = await world.http.post(
        "/internal/v1/claims", json=body, headers=world.as_service("gateway")
    )
    return answer.json()["claims"]


async def test_the_address_on_record_in_its_parts(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    assert await claims(world, entered.subject_id, "address") == {}, "none is on record"
    await on_record(world)
    assert await claims(world, entered.subject_id, "address") == {
        "address": {
            "formatted": "Calle Mayor 1, 2.º B\n28013 Madrid\nMadrid\nEspaña",
            "street_address": "Calle Mayor 1, 2.º B",
            "locality": "Madrid",
            "region": "Madrid",
            "postal_code": "28013",
            "country": "España",
        }
    }
    assert set(await claims(world, entered.subject_id, "name")) == {"name"}, "only when asked"
