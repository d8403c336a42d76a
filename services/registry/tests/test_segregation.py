"""Nobody acts on their own record, nor is their own second pair of eyes (ENS op.acc.3)."""

from datetime import timedelta

from clavis_events.signing.v1 import certificate_pb2
from clavis_registry.actions.offices import add_officer

from services.registry.tests.life import (
    SUPERVISOR_ID,
    TERMS,
    apply,
    as_officer,
    decide,
    desk,
    problem,
    supervisor,
)
from services.registry.tests.test_changes import NEW_PHONE
from services.registry.tests.world import Enrol, World

COLLEAGUE = "00000002W"
DEATH = {"national_id": SUPERVISOR_ID, "died_on": "2026-03-01", "source_reference": "RC-1"}


async def test_who_began_a_change_of_phone_does_not_approve_it(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    issued = certificate_pb2.CertificateIssued(subject_id=entered.subject_id, serial_number="a1")
    issued.not_after.FromDatetime(world.clock.now() + timedelta(days=900))
    await apply(world, issued)
    chief = await supervisor(world)
    begun = await as_officer(world, "phone-changes", desk(mobile=NEW_PHONE), chief)
    path = f"phone-changes/{begun.json()['change_id']}"
    await as_officer(world, f"{path}/proof", {"code": world.outside.last_code()}, chief)
    handed = (await as_officer(world, f"{path}/completion", TERMS)).json()
    assert handed["state"] == "awaiting_approval"
    assert problem(await decide(world, handed["approval_id"], chief)) == (403, "own-proposal")
    other = await supervisor(world, "00000024R")
    assert (await decide(world, handed["approval_id"], other)).status_code == 200


async def test_nobody_carries_on_a_change_of_their_own_record(world: World, enrol: Enrol) -> None:
    me = await enrol(national_id=COLLEAGUE, mobile="600333444", email="m@example.es")
    await add_officer(world.deps, COLLEAGUE, "MAD-1", "officer", None)
    body = desk(national_id=COLLEAGUE, email="n@example.es")
    begun = await as_officer(world, "email-changes", body)
    path = f"email-changes/{begun.json()['change_id']}"
    code = {"code": world.outside.last_code()}
    for step, data in (("codes", {}), ("proof", code), ("completion", {})):
        refused = await as_officer(world, f"{path}/{step}", data, me.subject_id)
        assert problem(refused) == (403, "own-record")
    assert (await as_officer(world, f"{path}/proof", code)).json()["state"] == "proved"
    refused = await as_officer(world, f"{path}/completion", {}, me.subject_id)
    assert problem(refused) == (403, "own-record")
    assert (await as_officer(world, f"{path}/completion", {})).json()["state"] == "done"


async def test_nobody_records_their_own_death(world: World) -> None:
    chief = await supervisor(world)
    assert problem(await as_officer(world, "deaths", DEATH, chief)) == (403, "own-record")
    assert await world.deps.pool.fetchval("SELECT count(*) FROM death_notice") == 0
    told = await world.http.post(
        "/internal/v1/deaths", json=DEATH, headers=world.as_service("civil-registry")
    )
    assert told.json() == {"outcome": "recorded"}
