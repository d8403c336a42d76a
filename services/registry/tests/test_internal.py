"""What other services learn of a person."""

import asyncio

from clavis_kit.ids import new_id

from services.registry.tests.world import ANA, Enrol, World

CLAIMS = "/internal/v1/claims"
SUBJECTS = "/internal/v1/subjects"


async def test_a_relying_party_gets_the_claims_it_asked_for_and_no_more(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    body = {
        "subject_id": entered.subject_id,
        "claims": ["name", "family_name", "person_identifier", "registration_level", "birthdate",
                   "email", "email_verified", "phone_number_verified", "password", "sub"],
        "client_id": "demo-web",
    }  # fmt: skip
    answer = await world.http.post(CLAIMS, json=body, headers=world.as_service("gateway"))
    assert answer.json()["claims"] == {
        "name": "Ana García Núñez", "family_name": "García Núñez",
        "person_identifier": f"ES/ES/{ANA}", "registration_level": "advanced",
        "birthdate": "1985-06-01", "email": "ana@example.es", "email_verified": False,
        "phone_number_verified": True,
    }  # fmt: skip


async def test_an_ended_identity_has_no_claims(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    await world.http.post(
        "/citizen/v1/renunciation",
        json={"confirmed": True},
        headers=world.as_citizen(entered.subject_id),
    )
    gateway = world.as_service("gateway")
    body = {"subject_id": entered.subject_id, "claims": ["name"], "client_id": "x"}
    answer = await world.http.post(CLAIMS, json=body, headers=gateway)
    assert (answer.status_code, answer.json()["code"]) == (409, "person-not-active")
    answer = await world.http.post(CLAIMS, json={**body, "subject_id": new_id()}, headers=gateway)
    assert (answer.status_code, answer.json()["code"]) == (404, "person-not-found")


async def test_a_certificate_holder_gets_one_subject_however_often_they_come(world: World) -> None:
    body = {
        "national_id": "00000001R",
        "evidence": {"kind": "certificate", "given_name": "Eva", "first_surname": "Sanz"},
    }
    answers = await asyncio.gather(
        *(
            world.http.post(SUBJECTS, json=body, headers=world.as_service("gateway"))
            for _ in range(5)
        )
    )
    assert {answer.json()["subject_id"] for answer in answers} == {answers[0].json()["subject_id"]}
    assert (answers[0].json()["status"], answers[0].json()["level"]) == ("none", None)
    claims = {"subject_id": answers[0].json()["subject_id"], "claims": ["name"], "client_id": "x"}
    named = await world.http.post(CLAIMS, json=claims, headers=world.as_service("gateway"))
    assert named.json()["claims"] == {"name": "Eva Sanz"}


async def test_enrolling_later_keeps_the_subject_of_the_first_login(
    world: World, enrol: Enrol
) -> None:
    first = await world.http.post(
        SUBJECTS, json={"national_id": ANA}, headers=world.as_service("gateway")
    )
    entered = await enrol()
    assert entered.subject_id == first.json()["subject_id"]


async def test_the_number_is_checked_here_too(world: World) -> None:
    answer = await world.http.post(
        SUBJECTS, json={"national_id": "00000001A"}, headers=world.as_service("gateway")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-check-letter")


async def test_signing_learns_what_a_certificate_needs(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    answer = await world.http.post(
        "/internal/v1/certificate-holders",
        json={"subject_id": entered.subject_id},
        headers=world.as_service("signing"),
    )
    assert answer.json() == {
        "given_name": "Ana", "first_surname": "García", "second_surname": "Núñez",
        "national_id": ANA, "birth_date": "1985-06-01", "document_expires_on": "2031-05-17",
        "last_strong_identification_at": "2026-03-10T12:00:00Z", "status": "registered",
        "level": "advanced",
    }  # fmt: skip
