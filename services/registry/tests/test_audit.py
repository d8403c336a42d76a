"""Audit: what stands out, what an auditor reads and proves, and what the citizen sees of it."""

from datetime import timedelta
from typing import Any

import pytest
from clavis_registry.actions.offices import add_office, add_officer
from clavis_registry.actions.trail import seal_batch
from clavis_registry.rules import trail
from clavis_registry.rules.checkpoint import public_keys, read
from clavis_registry.rules.unusual import Limits, Oddity, SeenLookup, oddities

from services.registry.tests.world import ANA, NOW, OFFICER_ID, Enrol, World

EVA = "00000002W"


def seen(number: int, **changes: Any) -> SeenLookup:
    values: dict[str, Any] = {
        "lookup_id": number, "officer_id": "o", "officer_surnames": frozenset({"ruiz"}),
        "at": NOW + timedelta(minutes=number), "office_open": True, "subject_id": f"s{number}",
        "subject_surnames": frozenset({"garcía"}), **changes,
    }  # fmt: skip
    return SeenLookup(**values)


LIMITS = Limits(per_hour=3, same_person_per_day=2)


def test_ordinary_lookups_do_not_stand_out() -> None:
    assert oddities([seen(n) for n in range(3)], LIMITS) == {}
    assert oddities([seen(n, at=NOW + timedelta(hours=n)) for n in range(20)], LIMITS) == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"office_open": False}, Oddity.OUT_OF_HOURS),
        ({"subject_id": "o"}, Oddity.SELF),
        ({"subject_surnames": frozenset({"lara", "ruiz"})}, Oddity.SAME_SURNAME),
    ],
)
def test_one_lookup_may_stand_out(changes: dict[str, Any], why: Oddity) -> None:
    assert oddities([seen(1, **changes)], LIMITS) == {1: {why}}


def test_too_many_in_an_hour_stand_out_from_there_on() -> None:
    assert oddities([seen(n) for n in range(5)], LIMITS) == {3: {Oddity.MANY}, 4: {Oddity.MANY}}


def test_the_same_person_again_stands_out() -> None:
    again = [seen(n, subject_id="s", at=NOW + timedelta(hours=n)) for n in range(3)]
    assert oddities(again, LIMITS) == {2: {Oddity.REPEATED}}


async def auditor(world: World) -> dict[str, str]:
    await add_office(world.deps, ("E009", "Intervención"), "AUD-1", "Intervención")
    return world.as_officer(await add_officer(world.deps, EVA, "AUD-1", "auditor", "Eva Mas"))


async def look_up(world: World, number: str) -> Any:
    return await world.http.post(
        "/officer/v1/lookups", json={"national_id": number, "reason": "Consulta en ventanilla"},
        headers=world.as_officer(),
    )  # fmt: skip


async def test_nobody_looks_themselves_up_and_the_attempt_is_on_record(world: World) -> None:
    answer = await look_up(world, OFFICER_ID)
    assert (answer.status_code, answer.json()["code"]) == (403, "own-record")
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == 1


async def test_the_auditor_reads_everything_a_page_at_a_time(world: World, enrol: Enrol) -> None:
    await enrol()
    headers, until = await auditor(world), (NOW + timedelta(days=1)).isoformat()
    query = {"since": "2026-03-01T00:00:00Z", "until": until}
    everything = (await world.http.get("/officer/v1/audit", params=query, headers=headers)).json()
    actions = [entry["action"] for entry in everything["entries"]]
    assert "enrolled" in actions
    assert everything["next"] is None
    paged: list[str] = []
    after: dict[str, Any] = {}
    while after is not None:
        page = await world.http.get(
            "/officer/v1/audit", params={**query, **after, "limit": 1}, headers=headers
        )
        paged += [entry["action"] for entry in page.json()["entries"]]
        if page.json()["next"] is None:
            break
        after = {"before_id": page.json()["next"]}
    assert paged == actions
    only = await world.http.get(
        "/officer/v1/audit", params={**query, "action": "enrolled"}, headers=headers
    )
    assert [entry["action"] for entry in only.json()["entries"]] == ["enrolled"]
    long = {"since": "2020-01-01T00:00:00Z", "until": until}
    refused = await world.http.get("/officer/v1/audit", params=long, headers=headers)
    assert refused.json()["code"] == "period-too-long"


async def test_unusual_lookups_are_reported_with_the_reason(world: World, enrol: Enrol) -> None:
    await enrol(second_surname="Ruiz")
    await enrol(national_id="00000003A", mobile="600111333", first_surname="Gil", second_surname="")
    await world.deps.pool.execute(
        "UPDATE person SET first_surname = 'Ruiz' WHERE given_name IS NULL"
    )
    await look_up(world, ANA)
    await look_up(world, "00000003A")
    query = {"since": "2026-03-01T00:00:00Z", "until": (NOW + timedelta(days=1)).isoformat()}
    report = await world.http.get(
        "/officer/v1/audit/unusual-lookups", params=query, headers=await auditor(world)
    )
    (found,) = report.json()["lookups"]
    assert (found["officer_name"], found["why"]) == ("Olga Ruiz", ["same_surname"])


async def test_an_auditor_gets_a_proof_that_anybody_can_check(world: World) -> None:
    await look_up(world, ANA)
    headers = await auditor(world)
    early = await world.http.get("/officer/v1/audit/proofs/lookup/1", headers=headers)
    assert (early.status_code, early.json()["code"]) == (404, "trail-entry-not-found")
    await seal_batch(world.deps)
    proof = (await world.http.get("/officer/v1/audit/proofs/lookup/1", headers=headers)).json()
    published = (await world.http.get("/trail/checkpoints")).json()
    assert proof["checkpoint"] in published["checkpoints"]
    keys = (await world.http.get("/trail/jwks.json")).json()
    assert "d" not in keys["keys"][0]
    statement = read(proof["checkpoint"], public_keys(world.deps.keys.checkpoint))
    root = trail.root_from_path(
        proof["leaf_index"], proof["tree_size"], bytes.fromhex(proof["digest"]),
        [bytes.fromhex(node) for node in proof["path"]],
    )  # fmt: skip
    assert root is not None
    assert root.hex() == statement.root


async def test_the_citizen_sees_the_office_and_never_the_officer(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await look_up(world, ANA)
    answer = await world.http.get(
        "/citizen/v1/history", headers=world.as_citizen(entered.subject_id)
    )
    assert answer.json()["entries"][0]["office"] == "Oficina Centro"
    assert "Olga" not in answer.text
    assert world.officer not in answer.text


async def test_the_history_comes_a_page_at_a_time_without_gaps(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    for _ in range(5):  # all at one moment
        await look_up(world, ANA)
    headers = world.as_citizen(entered.subject_id)
    whole = (await world.http.get("/citizen/v1/history", headers=headers)).json()
    paged: list[Any] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await world.http.get("/citizen/v1/history", params=params, headers=headers)).json()
        paged += page["entries"]
        if page["next"] is None:
            break
        params["after"] = page["next"]
    assert paged == whole["entries"]
    assert len(paged) > 5
    for wrong in ("x", "1.change", "99999999999999999.lookup.1", "1.lookup.1'"):
        answer = await world.http.get(
            "/citizen/v1/history", params={"after": wrong}, headers=headers
        )
        assert answer.status_code in {200, 422}
