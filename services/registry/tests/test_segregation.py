"""Nobody acts on their own record, nor is their own second pair of eyes (ENS op.acc.3)."""

from datetime import date, timedelta

from clavis_events.signing.v1 import certificate_pb2
from clavis_registry.actions.offices import add_officer, remove_officer
from clavis_registry.rules.identity import Document, DocumentKind, newest

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
from services.registry.tests.world import ANA, COMPLETION, Enrol, Prove, World, application

COLLEAGUE = "00000002W"
DEATH = {"national_id": SUPERVISOR_ID, "died_on": "2026-03-01", "source_reference": "RC-1",
         "reason": "Comunicado en ventanilla"}  # fmt: skip


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


async def test_a_proposal_falls_with_its_proposer(world: World, enrol: Enrol) -> None:
    await enrol()
    chief, other = await supervisor(world), await supervisor(world, "00000024R")
    await as_officer(world, "deaths", {**DEATH, "national_id": ANA}, chief)
    proposed = await as_officer(
        world, "death-corrections", desk(case_reference="EXP/2026/17"), other
    )
    approval = proposed.json()["approval_id"]
    await remove_officer(world.deps, "00000024R")
    assert problem(await decide(world, approval, chief)) == (409, "proposer-not-active")
    assert (await decide(world, approval, chief, "reject")).json()["state"] == "rejected"


async def test_a_frozen_officer_is_out_until_thawed(world: World, enrol: Enrol) -> None:
    me = await enrol(national_id=COLLEAGUE, mobile="600333444", email="m@example.es")
    await add_officer(world.deps, COLLEAGUE, "MAD-1", "officer", None)
    about_me = desk(national_id=COLLEAGUE)
    await as_officer(world, "freezes", about_me)
    headers = world.as_officer(me.subject_id)
    assert problem(await world.http.get("/officer/v1/me", headers=headers)) == (
        403, "officer-not-active",
    )  # fmt: skip
    await as_officer(world, "unfreezings", about_me)
    assert (await world.http.get("/officer/v1/me", headers=headers)).status_code == 200


async def test_an_officer_enrols_no_minor_in_their_charge(world: World, prove: Prove) -> None:
    await add_officer(world.deps, COLLEAGUE, "MAD-1", "officer", "Carlos Gil")
    guardian = {"national_id": COLLEAGUE.lower(), "proof": "family_book"}
    minor = {"birth_date": "2012-01-01", "guardian": guardian}
    subject_id = await world.deps.pool.fetchval(
        "SELECT subject_id::text FROM person WHERE national_id = $1", COLLEAGUE
    )
    refused = await as_officer(world, "enrolments", application(**minor), subject_id)
    assert problem(refused) == (403, "own-enrolment")
    path = f"enrolments/{await prove(**minor)}/completion"
    body = {
        **COMPLETION, "guardian_present": True, "guardian_document_checked": True,
        "authority_checked": True,
    }  # fmt: skip
    assert problem(await as_officer(world, path, body, subject_id)) == (403, "own-enrolment")
    assert (await as_officer(world, path, body)).status_code == 201


def test_the_document_issued_last_counts() -> None:
    told = Document(DocumentKind.DNI, None, date(2016, 5, 17), date(2026, 5, 17))
    shown = Document(DocumentKind.DNI, None, date(2026, 2, 1), date(2036, 2, 1))
    assert newest(told, shown) == newest(shown, told) == shown
    assert newest(told, None) == told
    assert newest(None, None) is None


async def test_who_typed_the_code_of_a_change_does_not_approve_it(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    issued = certificate_pb2.CertificateIssued(subject_id=entered.subject_id, serial_number="a1")
    issued.not_after.FromDatetime(world.clock.now() + timedelta(days=900))
    await apply(world, issued)
    chief = await supervisor(world)
    begun = await as_officer(world, "phone-changes", desk(mobile=NEW_PHONE))
    path = f"phone-changes/{begun.json()['change_id']}"
    await as_officer(world, f"{path}/proof", {"code": world.outside.last_code()}, chief)
    handed = (await as_officer(world, f"{path}/completion", TERMS)).json()
    assert problem(await decide(world, handed["approval_id"], chief)) == (403, "own-proposal")
    other = await supervisor(world, "00000024R")
    assert (await decide(world, handed["approval_id"], other)).status_code == 200
    typed = await world.deps.pool.fetchval(
        "SELECT facts ->> 'code_typed_by' FROM evidence WHERE kind = 'phone-change'"
    )
    assert typed == chief
