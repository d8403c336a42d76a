"""Four eyes: what one officer proposes another decides, once, and the effect commits with it."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_events.signing.v1 import certificate_pb2

from services.registry.tests.life import (
    SECOND_SUPERVISOR_ID,
    TERMS,
    apply,
    as_officer,
    decide,
    desk,
    problem,
    supervisor,
)
from services.registry.tests.test_changes import NEW_PHONE, proved
from services.registry.tests.world import ANA, COMPLETION, Enrol, Prove, World

CASE = {"case_reference": "EXP/2026/17"}
REVOCATION = desk(**CASE, cause="security")
DEATH = {"national_id": ANA, "died_on": "2026-03-01", "source_reference": "RC-1",
         "reason": "Comunicado en ventanilla"}  # fmt: skip


async def revoked(world: World, **more: Any) -> tuple[str, str]:
    """Revoke Ana; return a supervisor and the proposal of an officer to lift it."""
    chief = await supervisor(world)
    answer = await as_officer(world, "revocations", {**REVOCATION, **more}, chief)
    assert answer.json()["status"] == "revoked", answer.text
    proposed = await as_officer(world, "revocation-liftings", desk(**CASE))
    assert proposed.status_code == 202, proposed.text
    return chief, proposed.json()["approval_id"]


async def test_a_revocation_is_lifted_by_a_second_officer_and_gives_back_what_was(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    chief, approval = await revoked(world)
    waiting = await world.http.get("/officer/v1/approvals", headers=world.as_officer(chief))
    (shown,) = waiting.json()["approvals"]
    assert (shown["kind"], shown["own"], shown["facts"]["effect"]) == (
        "lift_revocation", False, "reinstate",
    )  # fmt: skip
    assert (await decide(world, approval, chief)).json()["state"] == "approved"
    events = await world.events()
    facts = [e for e in events if not isinstance(e, contact_pb2.ContactChanged)]
    assert [type(e).__name__ for e in facts] == ["Registered", "Revoked", "Reinstated"]
    assert [e.version for e in facts] == [1, 2, 3]  # type: ignore[attr-defined]
    assert facts[1].cause == person_pb2.REVOCATION_CAUSE_SECURITY  # type: ignore[attr-defined]
    newest = contact_pb2.ContactDetails.FromString(world.open_contact(events[-1]))
    assert (newest.phone, newest.activation_code_hash) == ("+34600111222", "")


async def test_of_two_supervisors_in_the_same_second_one_decides_and_the_other_sees_why(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    chief, approval = await revoked(world)
    other = await supervisor(world, SECOND_SUPERVISOR_ID)
    answers = await asyncio.gather(
        decide(world, approval, chief), decide(world, approval, other, "reject")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(a.json() for a in answers if a.status_code == 200)
    lost = next(a.json() for a in answers if a.status_code == 409)
    assert lost["code"] == "approval-already-decided"
    assert lost["decision"] == won["state"]
    assert lost["decided_at"]
    assert (await world.event_names()).count("Reinstated") == (won["state"] == "approved")


async def test_nobody_decides_alone_or_without_being_entitled(world: World, enrol: Enrol) -> None:
    await enrol()
    chief = await supervisor(world)
    await as_officer(world, "revocations", REVOCATION, chief)
    own = await as_officer(world, "revocation-liftings", desk(**CASE), chief)
    approval = own.json()["approval_id"]
    assert problem(await decide(world, approval, chief)) == (403, "own-proposal")
    assert problem(await decide(world, approval, world.officer)) == (403, "not-permitted")
    twice = await as_officer(world, "revocation-liftings", desk(**CASE))
    assert problem(twice) == (409, "approval-already-open")
    assert twice.json()["approval_id"] == approval
    with pytest.raises(asyncpg.CheckViolationError):
        await world.deps.pool.execute(
            "UPDATE approval SET state = 'approved', decider_subject_id = $1, decided_at = now()",
            chief,
        )
    world.clock.advance(timedelta(days=8))
    other = await supervisor(world, SECOND_SUPERVISOR_ID)
    assert problem(await decide(world, approval, other)) == (410, "approval-expired")
    again = await as_officer(world, "revocation-liftings", desk(**CASE))
    assert again.status_code == 202


async def test_after_changed_identity_data_the_person_enrols_anew_but_not_by_a_basic_channel(
    world: World, enrol: Enrol, prove: Prove
) -> None:
    await enrol()
    chief, approval = await revoked(world, cause="identity_data_changed")
    world.clock.advance(timedelta(minutes=2))
    body = {"reason": "Cita previa", "national_id": ANA}
    barred = await prove_refused(world, body)
    assert barred == (409, "person-revoked")
    assert (await decide(world, approval, chief)).status_code == 200
    assert (await world.event_names()).count("Reinstated") == 0
    enrolment = await prove(first_surname="López")
    path = f"enrolments/{enrolment}/completion"
    assert (await as_officer(world, path, COMPLETION)).status_code == 201
    assert (await world.event_names()).count("Registered") == 2


async def prove_refused(world: World, changes: dict[str, Any]) -> tuple[int, str]:
    from services.registry.tests.world import application

    return problem(await as_officer(world, "enrolments", application(**changes)))


async def test_a_wrong_death_is_undone_by_two_officers_with_full_trace(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    chief = await supervisor(world)
    for outcome in ("recorded", "already_known"):
        answer = await as_officer(world, "deaths", DEATH, chief)
        assert answer.json() == {"outcome": outcome}
    other = await enrol(national_id="00000001R")  # the number of the dead is free
    proposed = await as_officer(world, "death-corrections", desk(**CASE))
    decided = await decide(world, proposed.json()["approval_id"], chief)
    assert decided.json()["state"] == "approved", decided.text
    mine = [e for e in await world.events() if e.subject_id == entered.subject_id]  # type: ignore[attr-defined]
    names = [type(e).__name__ for e in mine]
    assert names[-4:] == ["Deceased", "Reinstated", "PhoneChanged", "ContactChanged"]
    assert mine[-2].phone_verified is False  # type: ignore[attr-defined]
    assert other.subject_id != entered.subject_id
    # The entry that was wrong stays wrong when it is told again; another entry counts.
    assert (await as_officer(world, "deaths", DEATH, chief)).json() == {"outcome": "already_known"}
    later = {**DEATH, "source_reference": "RC-2"}
    assert (await as_officer(world, "deaths", later, chief)).json() == {"outcome": "recorded"}
    kinds = await world.deps.pool.fetch(
        "SELECT kind FROM evidence WHERE subject_id = $1 ORDER BY evidence_id", entered.subject_id
    )
    assert [row["kind"] for row in kinds] == ["enrolment", "death", "death-corrected", "death"]


async def test_a_wrong_death_of_one_who_never_enrolled_gives_no_enrolment(world: World) -> None:
    chief = await supervisor(world)
    minted = await world.http.post(
        "/internal/v1/subjects",
        json={"national_id": ANA, "evidence": {}},
        headers=world.as_service("gateway"),
    )
    await as_officer(world, "deaths", DEATH, chief)
    proposed = await as_officer(world, "death-corrections", desk(**CASE))
    assert (await decide(world, proposed.json()["approval_id"], chief)).status_code == 200
    died, back = (await world.events())[-2:]
    assert isinstance(died, person_pb2.Deceased)
    assert isinstance(back, person_pb2.Reinstated)
    assert (back.subject_id, back.level) == (
        minted.json()["subject_id"], person_pb2.ENROLMENT_LEVEL_UNSPECIFIED,
    )  # fmt: skip


async def test_the_civil_registry_tells_deaths_and_nobody_else_does(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    told = await world.http.post(
        "/internal/v1/deaths", json=DEATH, headers=world.as_service("civil-registry")
    )
    assert told.json() == {"outcome": "recorded"}
    refused = await world.http.post(
        "/internal/v1/deaths", json=DEATH, headers=world.as_service("gateway")
    )
    assert problem(refused) == (403, "caller-not-allowed")
    assert problem(await as_officer(world, "deaths", DEATH)) == (403, "not-permitted")


async def test_the_phone_of_one_who_signs_changes_only_with_a_second_officer(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    issued = certificate_pb2.CertificateIssued(subject_id=entered.subject_id, serial_number="a1")
    issued.not_after.FromDatetime((world.clock.now() + timedelta(days=900)).replace(tzinfo=None))
    await apply(world, issued)
    chief = await supervisor(world)
    change = await proved(world, mobile=NEW_PHONE)
    ended = await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    assert (ended.json()["state"], ended.json()["risks"]) == (
        "awaiting_approval", ["signing-certificate"],
    )  # fmt: skip
    assert "PhoneChanged" not in await world.event_names()
    assert (await decide(world, ended.json()["approval_id"], chief)).status_code == 200
    assert (await world.event_names()).count("PhoneChanged") == 1
    world.clock.advance(timedelta(hours=1))
    refused = await proved(world, mobile="600777666")
    ended = await as_officer(world, f"phone-changes/{refused}/completion", TERMS)
    await decide(world, ended.json()["approval_id"], chief, "reject")
    row = await world.deps.pool.fetchrow(
        "SELECT state, new_value FROM contact_change WHERE change_id = $1", refused
    )
    assert tuple(row or ()) == ("rejected", None)
    await apply(
        world,
        certificate_pb2.CertificateRevoked(subject_id=entered.subject_id, serial_number="a1"),
    )
    world.clock.advance(timedelta(hours=1))
    free = await proved(world, mobile="600777666")
    ended = await as_officer(world, f"phone-changes/{free}/completion", TERMS)
    assert ended.json()["state"] == "done"


async def test_what_moved_on_is_not_written_and_the_proposal_can_be_rejected(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    chief = await supervisor(world)
    await as_officer(world, "freezes", desk())
    change = await proved(world, mobile=NEW_PHONE)
    ended = await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    assert ended.json()["risks"] == ["frozen"]
    await as_officer(world, "unfreezings", desk())
    approval = ended.json()["approval_id"]
    assert problem(await decide(world, approval, chief)) == (409, "record-changed")
    assert (await decide(world, approval, chief, "reject")).json()["state"] == "rejected"
