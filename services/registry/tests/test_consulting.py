"""Whoever turns to a record leaves a trace, also when the act itself is refused."""

from typing import Any

import pytest
from clavis_registry.actions.offices import add_officer

from services.registry.tests.citizens import on_record
from services.registry.tests.life import TERMS, as_officer, decide, desk, problem, supervisor
from services.registry.tests.world import ANA, Enrol, World, application

NOBODY = "00000001R"
CASE = {"case_reference": "EXP/2026/17"}
REFUSED = [
    ("enrolments", application(), "already-registered"),
    ("unfreezings", desk(), "not-frozen"),
    ("revocation-liftings", desk(**CASE), "not-revoked"),
    ("death-corrections", desk(**CASE), "not-deceased"),
    ("rehabilitations", desk(**TERMS), "not-renounced"),
]


async def seen_by(world: World, subject_id: str) -> list[Any]:
    """Read the reasons of the look-ups in a citizen's history, newest first."""
    answer = await world.http.get("/citizen/v1/history", headers=world.as_citizen(subject_id))
    entries = answer.json()["entries"]
    return [entry["reason"] for entry in entries if entry["action"] == "person-looked-up"]


@pytest.mark.parametrize(("path", "body", "code"), REFUSED)
async def test_a_refused_act_is_seen_by_the_person(
    world: World, enrol: Enrol, path: str, body: dict[str, Any], code: str
) -> None:
    entered = await enrol()
    world.clock.advance(world.deps.settings.phone_code_policy.resend_after)
    former = await seen_by(world, entered.subject_id)
    refused = await as_officer(world, path, {**body, "reason": "Quiero saber quién es"})
    assert problem(refused) == (409, code)
    assert await seen_by(world, entered.subject_id) == ["Quiero saber quién es", *former]


async def test_a_death_told_at_the_desk_is_a_look_up(world: World, enrol: Enrol) -> None:
    entered, chief = await enrol(), await supervisor(world)
    body = {"national_id": ANA, "died_on": "2026-03-01", "source_reference": "RC-1"}
    assert (await as_officer(world, "deaths", body, chief)).status_code == 422
    told = await as_officer(world, "deaths", {**body, "reason": "Certificado visto"}, chief)
    assert told.json() == {"outcome": "recorded"}
    kept = "SELECT reason FROM lookup WHERE officer_subject_id = $1 AND subject_id = $2"
    reasons = await world.deps.pool.fetch(kept, chief, entered.subject_id)
    assert [row["reason"] for row in reasons] == ["Certificado visto"]


async def test_a_look_up_says_that_everything_is_stopped(world: World, enrol: Enrol) -> None:
    await enrol()
    asked = {"national_id": ANA, "reason": "Llama porque no puede entrar"}
    assert (await as_officer(world, "lookups", asked)).json()["frozen"] is False
    await as_officer(world, "freezes", desk())
    found = (await as_officer(world, "lookups", asked)).json()
    assert (found["status"], found["frozen"]) == ("registered", True)


async def test_asking_for_nobody_is_kept_as_well(world: World) -> None:
    refused = await as_officer(world, "unfreezings", desk(national_id=NOBODY))
    assert problem(refused) == (409, "not-registered")
    kept = await world.deps.pool.fetchrow("SELECT * FROM lookup")
    assert kept is not None
    assert kept["national_id_hash"] == world.deps.keys.national_id.of(NOBODY)
    assert kept["subject_id"] is None


async def test_without_a_reason_nothing_is_told_and_nothing_kept(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    before = await world.deps.pool.fetchval("SELECT count(*) FROM lookup")
    refused = await as_officer(world, "freezes", desk(national_id=ANA, reason="  "))
    assert refused.json()["code"] == "reason-required"
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == before


INVITED = {"national_id": ANA, "language": "es", "reason": "Lo pide por teléfono"}


async def spooled(world: World) -> str:
    """Return the id of the letter that waits."""
    answer = await world.http.get("/officer/v1/letters", headers=world.as_officer())
    (letter,) = answer.json()["letters"]
    letter_id: str = letter["letter_id"]
    return letter_id


async def test_to_invite_and_to_print_is_to_look_up(world: World) -> None:
    subject_id = await minted(world)
    await on_record(world)
    assert (await as_officer(world, "letters", INVITED)).json() == {"outcome": "queued"}
    path = f"letters/{await spooled(world)}/print"
    printer = await add_officer(world.deps, "22222222J", "MAD-1", "officer", "Carla Gil")
    blank = await as_officer(world, path, {"reason": " "}, printer)
    assert problem(blank) == (422, "reason-required")
    assert (await as_officer(world, path, {}, printer)).status_code == 422
    assert (await as_officer(world, path, {"reason": "Cola de hoy"}, printer)).status_code == 200
    kept = await world.deps.pool.fetch("SELECT subject_id::text, reason FROM lookup ORDER BY 2")
    assert [tuple(row) for row in kept] == [
        (subject_id, "Cola de hoy"), (subject_id, INVITED["reason"]),
    ]  # fmt: skip
    done = await world.deps.pool.fetch(
        "SELECT action, facts ->> 'reason' FROM audit_event"
        " WHERE subject_id = $1 AND action LIKE 'letter-%' ORDER BY audit_event_id",
        subject_id,
    )
    assert [tuple(row) for row in done] == [
        ("letter-requested", INVITED["reason"]), ("letter-printed", "Cola de hoy"),
    ]  # fmt: skip


async def test_officers_print_no_letter_to_themselves(world: World) -> None:
    subject_id = await minted(world)
    await add_officer(world.deps, ANA, "MAD-1", "officer", "Ana García")
    await on_record(world)
    refused = await as_officer(world, "letters", INVITED, subject_id)
    assert problem(refused) == (403, "own-record")
    await as_officer(world, "letters", INVITED)
    path = f"letters/{await spooled(world)}/print"
    refused = await as_officer(world, path, {"reason": "Cola de hoy"}, subject_id)
    assert problem(refused) == (403, "own-record")


async def minted(world: World) -> str:
    """Return the subject id of Ana, who never enrolled and logged in with a certificate."""
    answer = await world.http.post(
        "/internal/v1/subjects",
        json={"national_id": ANA, "evidence": {}},
        headers=world.as_service("gateway"),
    )
    subject_id: str = answer.json()["subject_id"]
    return subject_id


async def looked_up(world: World, national_id: str) -> Any:
    body = {"national_id": national_id, "reason": "Pregunta en la ventanilla"}
    return (await as_officer(world, "lookups", body)).json()


async def test_a_death_told_of_who_never_enrolled_is_seen_and_can_be_put_right(
    world: World,
) -> None:
    chief = await supervisor(world)
    told = {"national_id": NOBODY, "died_on": "2026-03-01", "source_reference": "RC-1",
            "reason": "Certificado visto"}  # fmt: skip
    await as_officer(world, "deaths", told, chief)
    found = await looked_up(world, NOBODY)
    assert (found["found"], found["status"], found["initials"]) == (True, "deceased", None)
    proposal = {**desk(**CASE), "national_id": NOBODY}
    proposed = await as_officer(world, "death-corrections", proposal)
    assert (await decide(world, proposed.json()["approval_id"], chief)).status_code == 200
    found = await looked_up(world, NOBODY)
    assert (found["found"], found["status"]) == (False, "none")


async def test_a_look_up_says_that_a_revoked_person_may_come_back(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    chief = await supervisor(world)
    await as_officer(world, "revocations", desk(**CASE, cause="identity_data_changed"), chief)
    assert (await looked_up(world, ANA))["may_return"] is False
    proposed = await as_officer(world, "revocation-liftings", desk(**CASE))
    await decide(world, proposed.json()["approval_id"], chief)
    found = await looked_up(world, ANA)
    assert (found["status"], found["may_return"]) == ("revoked", True)


async def test_who_decides_a_proposal_reads_whom_it_is_about_and_that_is_seen(
    world: World, enrol: Enrol
) -> None:
    entered, chief = await enrol(), await supervisor(world)
    await as_officer(world, "revocations", desk(**CASE, cause="security"), chief)
    body = {**desk(**CASE), "reason": "Sentencia que le da la razón"}
    proposed = (await as_officer(world, "revocation-liftings", body)).json()
    path = f"/officer/v1/approvals/{proposed['approval_id']}"
    followed = await world.http.get(path, headers=world.as_officer())
    assert followed.json()["person"] is None, "the proposer turned to the record already"
    listed = await world.http.get("/officer/v1/approvals", headers=world.as_officer(chief))
    assert listed.json()["approvals"][0]["person"] is None, "a list names nobody"
    shown = (await world.http.get(path, headers=world.as_officer(chief))).json()
    assert shown["person"] == {"national_id": "***4567**", "initials": "A. G. N."}
    await decide(world, shown["approval_id"], chief)
    decided = (await world.http.get(path, headers=world.as_officer(chief))).json()
    assert decided["person"] is None, "there is nothing left to decide"
    kept = "SELECT reason FROM lookup WHERE officer_subject_id = $1 AND subject_id = $2"
    reasons = [
        row["reason"] for row in await world.deps.pool.fetch(kept, chief, entered.subject_id)
    ]
    assert reasons[1:] == ["Sentencia que le da la razón"]


async def test_who_looked_before_the_person_was_on_record_is_seen_afterwards(
    world: World, enrol: Enrol
) -> None:
    body = {"national_id": ANA, "reason": "Curiosidad por una vecina"}
    assert (await as_officer(world, "lookups", body)).json()["found"] is False
    entered = await enrol()
    assert await seen_by(world, entered.subject_id) == [
        application()["reason"], "Curiosidad por una vecina",
    ]  # fmt: skip
