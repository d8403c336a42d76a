"""Enrolment at an office, over HTTP."""

import asyncio
from datetime import timedelta

from clavis_events.registry.v1 import contact_pb2, person_pb2

from services.registry.tests.world import (
    ANA,
    COMPLETION,
    Enrol,
    Prove,
    World,
    application,
    deliver_due,
)

OTHER = "00000001R"
GUARDED = {"guardian_present": True, "guardian_document_checked": True, "authority_checked": True}


async def test_a_person_enrolled_in_person_is_advanced_and_announced(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    registered, contact = await world.events()
    assert isinstance(registered, person_pb2.Registered)
    assert registered.subject_id == entered.subject_id
    assert registered.level == person_pb2.ENROLMENT_LEVEL_ADVANCED
    assert registered.channel == person_pb2.ENROLMENT_CHANNEL_OFFICE
    assert registered.version == 1
    assert registered.last_strong_identification_at.ToDatetime().year == 2026
    assert isinstance(contact, contact_pb2.ContactChanged)
    assert b"600111222" not in contact.SerializeToString()


async def test_contact_data_reach_the_credential_services_sealed(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    details = contact_pb2.ContactDetails.FromString(world.open_contact((await world.events())[1]))
    keys = world.deps.keys
    assert (details.phone, details.email, details.language) == (
        "+34600111222", "ana@example.es", "es",
    )  # fmt: skip
    assert details.contrast_hash == keys.contrast.of(f"{entered.subject_id}:2031-05-17")
    assert details.activation_code_hash == ""
    hidden = {(word.length, word.hash) for word in details.forbidden_words}
    for word in ("ana", "garcía", "garcia", "12345678z"):
        assert (len(word), keys.names.of(word)) in hidden


async def test_welcome_message_follows_the_commit(world: World, enrol: Enrol) -> None:
    await enrol()
    assert await deliver_due(world.deps) == 1
    assert world.outside.sent[-1]["to"] == "+34600111222"
    assert "alta" in world.outside.sent[-1]["body"]
    assert await deliver_due(world.deps) == 0


async def test_a_failing_provider_undoes_nothing_and_the_message_comes_later(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    world.outside.failing = True
    assert await deliver_due(world.deps) == 0
    world.outside.failing = False
    world.clock.advance(timedelta(minutes=2))
    assert await deliver_due(world.deps) == 1


UNFIT: list[tuple[dict[str, object], str]] = [
    ({"national_id": "12345678A"}, "wrong-check-letter"),
    ({"national_id": "B12345674"}, "wrong-format"),
    ({"document": {"kind": "dni", "issued_on": "2016-01-01", "expires_on": "2026-03-09"}},
     "document-expired"),
    ({"document": {"kind": "tie", "issued_on": "2021-01-01", "expires_on": "2031-01-01",
                   "support_number": "E01234567"}}, "document-kind-mismatch"),
    ({"birth_date": "2010-01-01"}, "guardian-required"),
    ({"birth_date": "2027-01-01"}, "invalid-birth-date"),
    ({"mobile": "915550000"}, "invalid-phone"),
    ({"email": "ana@"}, "invalid-email"),
    ({"reason": "  "}, "reason-required"),
    ({"given_name": "<script>"}, "invalid-name"),
    ({"first_surname": "x'; DROP TABLE person;--"}, "invalid-name"),
]  # fmt: skip


async def test_what_cannot_be_enrolled_is_refused_before_any_message(world: World) -> None:
    for changes, code in UNFIT:
        answer = await world.http.post(
            "/officer/v1/enrolments", json=application(**changes), headers=world.as_officer()
        )
        assert (answer.status_code, answer.json()["code"]) == (422, code), changes
        assert answer.headers["content-type"] == "application/problem+json"
    assert world.outside.sent == []


async def test_a_minor_is_enrolled_with_evidence_of_a_guardian(world: World, enrol: Enrol) -> None:
    guardian = {"national_id": OTHER, "proof": "family_book"}
    entered = await enrol(GUARDED, birth_date="2012-01-01", guardian=guardian)
    assert (await world.events())[0].minor  # type: ignore[attr-defined]
    facts = await world.deps.pool.fetchval(
        "SELECT facts FROM evidence WHERE subject_id = $1", entered.subject_id
    )
    assert facts["guardian"] == guardian


async def test_a_foreigner_answers_with_the_support_number(world: World, enrol: Enrol) -> None:
    document = {"kind": "tie", "support_number": "e-1234567", "issued_on": "2022-01-01",
                "expires_on": "2027-01-01"}  # fmt: skip
    passport = {"kind": "passport", "number": "AB123456", "country": "cub"}
    entered = await enrol(
        national_id="X1234567L", document=document, language="en", identity_document=passport
    )
    details = contact_pb2.ContactDetails.FromString(world.open_contact((await world.events())[1]))
    expected = world.deps.keys.contrast.of(f"{entered.subject_id}:E01234567")
    assert details.contrast_hash == expected


async def test_a_registered_person_is_not_enrolled_again(world: World, enrol: Enrol) -> None:
    await enrol()
    world.clock.advance(timedelta(minutes=2))
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(), headers=world.as_officer()
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "already-registered")
    assert answer.json()["level"] == "advanced"


async def test_of_two_officers_with_one_person_one_wins(world: World, prove: Prove) -> None:
    first = await prove()
    second = await prove(mobile="600333444")
    answers = await asyncio.gather(
        *(
            world.http.post(
                f"/officer/v1/enrolments/{enrolment}/completion",
                json=COMPLETION,
                headers=world.as_officer(),
            )
            for enrolment in (first, second)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "already-registered"
    assert (await world.event_names()).count("Registered") == 1


async def test_completing_twice_at_once_enters_once(world: World, prove: Prove) -> None:
    enrolment = await prove()
    answers = await asyncio.gather(
        *(
            world.http.post(
                f"/officer/v1/enrolments/{enrolment}/completion",
                json=COMPLETION,
                headers=world.as_officer(),
            )
            for _ in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


UNFINISHED: list[tuple[dict[str, object], str]] = [
    ({"present": False}, "presence-required"),
    ({"document_checked": False}, "presence-required"),
    ({"terms_version": "2019-01"}, "terms-outdated"),
    ({"terms_language": "../../etc"}, "terms-outdated"),
]


async def test_completion_needs_presence_document_and_terms(world: World, prove: Prove) -> None:
    enrolment = await prove()
    for changes, code in UNFINISHED:
        answer = await world.http.post(
            f"/officer/v1/enrolments/{enrolment}/completion",
            json={**COMPLETION, **changes},
            headers=world.as_officer(),
        )
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_completion_needs_the_phone_proved(world: World) -> None:
    started = await world.http.post(
        "/officer/v1/enrolments", json=application(), headers=world.as_officer()
    )
    answer = await world.http.post(
        f"/officer/v1/enrolments/{started.json()['enrolment_id']}/completion",
        json=COMPLETION,
        headers=world.as_officer(),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "phone-not-proved")


async def test_a_draft_survives_an_interruption_and_ends_after_a_day(
    world: World, prove: Prove
) -> None:
    enrolment, headers = await prove(), world.as_officer()
    drafts = await world.http.get("/officer/v1/enrolments", headers=headers)
    assert [draft["enrolment_id"] for draft in drafts.json()["enrolments"]] == [enrolment]
    resumed = await world.http.get(f"/officer/v1/enrolments/{enrolment}", headers=headers)
    assert resumed.json()["draft"]["national_id"] == ANA
    assert resumed.json()["state"] == "phone_proved"
    world.clock.advance(timedelta(hours=25))
    late = await world.http.post(
        f"/officer/v1/enrolments/{enrolment}/completion",
        json=COMPLETION,
        headers=world.as_officer(),
    )
    assert (late.status_code, late.json()["code"]) == (410, "enrolment-expired")


async def test_nothing_typed_stays_in_a_completed_enrolment(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    row = await world.deps.pool.fetchrow(
        "SELECT draft, mobile, state FROM enrolment WHERE enrolment_id = $1", entered.enrolment_id
    )
    assert tuple(row or ()) == (None, None, "completed")


async def test_a_number_that_is_proved_moves_and_its_owner_loses_it(
    world: World, enrol: Enrol
) -> None:
    loser = await enrol()
    world.clock.advance(timedelta(minutes=2))
    winner = await enrol(national_id=OTHER, email="otra@example.es")
    events = (await world.events())[2:]
    changed = next(event for event in events if isinstance(event, person_pb2.PhoneChanged))
    assert (changed.subject_id, changed.phone_verified, changed.version) == (
        loser.subject_id, False, 2,
    )  # fmt: skip
    contacts = {
        event.subject_id: contact_pb2.ContactDetails.FromString(world.open_contact(event))
        for event in events
        if isinstance(event, contact_pb2.ContactChanged)
    }
    assert contacts[loser.subject_id].phone == ""
    assert contacts[winner.subject_id].phone == "+34600111222"


async def test_two_people_proving_one_number_at_once_leave_one_owner(
    world: World, prove: Prove
) -> None:
    first = await prove()
    second = await prove(national_id=OTHER)
    answers = await asyncio.gather(
        *(
            world.http.post(
                f"/officer/v1/enrolments/{enrolment}/completion",
                json=COMPLETION,
                headers=world.as_officer(),
            )
            for enrolment in (first, second)
        )
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    owners = await world.deps.pool.fetchval(
        "SELECT count(*) FROM contact WHERE mobile = '+34600111222' AND phone_verified_at NOTNULL"
    )
    assert owners == 1
