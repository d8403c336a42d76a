"""Automatic identification by video and its review, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from joserfc.jwk import ECKey

from services.registry.tests.citizens import on_record, terms
from services.registry.tests.video_world import (
    CONTACT,
    PERSON,
    Desk,
    Provider,
    person,
    with_providers,
)
from services.registry.tests.world import ANA, Enrol


async def test_who_the_machine_passes_is_basic_at_once(provider: Provider) -> None:
    await provider.passed()
    row = await person(provider.desk.world)
    assert (row["level"], row["channel"]) == ("basic", "video_automatic")
    assert row["last_strong_identification_at"] is None
    assert "Registered" in await provider.desk.world.event_names()


async def test_the_receipt_of_an_automatic_case_is_made_once(provider: Provider) -> None:
    reference = await provider.proved()
    await provider.tell(reference)
    first = await provider.desk.gateway(f"/video-automatic/{reference}/receipt")
    again = await provider.desk.gateway(f"/video-automatic/{reference}/receipt")
    assert (first.status_code, again.status_code) == (200, 410)
    assert len(first.json()["activation_code"]) == 14


async def test_an_official_who_approves_makes_advanced_and_starts_the_clock(
    provider: Provider,
) -> None:
    case_id = await provider.passed()
    reviewed = await provider.review(case_id, approve=True)
    assert reviewed.json()["state"] == "approved", reviewed.text
    row = await person(provider.desk.world)
    assert (row["level"], row["channel"]) == ("advanced", "video_reviewed")
    assert row["last_strong_identification_at"] == provider.desk.world.clock.now()
    assert "LevelRaised" in await provider.desk.world.event_names()


async def test_an_official_who_rejects_removes_the_person(provider: Provider) -> None:
    case_id = await provider.passed()
    reviewed = await provider.review(case_id, approve=False)
    assert reviewed.json()["state"] == "rejected", reviewed.text
    assert (await person(provider.desk.world))["status"] == "revoked"
    revoked = [e for e in await provider.desk.world.events() if e.DESCRIPTOR.name == "Revoked"]
    assert [event.cause for event in revoked] == [person_pb2.REVOCATION_CAUSE_VIDEO_REJECTED]  # type: ignore[attr-defined]


async def test_who_was_enrolled_better_meanwhile_keeps_that(
    provider: Provider, enrol: Enrol
) -> None:
    case_id = await provider.passed()
    provider.desk.world.clock.advance(timedelta(minutes=2))
    await enrol()
    reviewed = await provider.review(case_id, approve=False)
    assert reviewed.json()["state"] == "superseded"
    row = await person(provider.desk.world)
    assert (row["status"], row["channel"]) == ("registered", "office")


@pytest.mark.parametrize(
    "changes",
    [
        {"passed": False, "person": None},
        {"person": {**PERSON, "national_id": "00000001R"}},
        {"person": {**PERSON, "birth_date": "2012-01-01"}},
        {"person": {**PERSON, "document": {"kind": "dni", "issued_on": "2015-01-01",
                                           "expires_on": "2025-01-01"}}},
    ],
)  # fmt: skip
async def test_who_the_machine_or_a_rule_fails_is_not_entered(
    provider: Provider, changes: dict[str, Any]
) -> None:
    answer = await provider.tell(await provider.proved(), **changes)
    assert answer.json() == {"state": "auto_failed"}
    assert await person(provider.desk.world) is None


async def test_what_was_read_is_compared_with_the_register(provider: Provider) -> None:
    await on_record(provider.desk.world)
    forged = {**PERSON, "first_surname": "Otra"}
    answer = await provider.tell(await provider.proved(), person=forged)
    assert answer.json() == {"state": "auto_failed"}


async def test_a_result_told_twice_at_once_counts_once(provider: Provider) -> None:
    reference = await provider.proved()
    answers = await asyncio.gather(provider.tell(reference), provider.tell(reference))
    assert [answer.json() for answer in answers] == [{"state": "auto_passed"}] * 2
    names = await provider.desk.world.event_names()
    assert names.count("Registered") == 1


async def test_the_door_of_another_channel_proves_no_phone(provider: Provider) -> None:
    """Nothing enters without terms: they are kept with the proof, by the act's own door."""
    desk = provider.desk
    begun = (await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)).json()
    reference = begun["completion_id"]
    proof = {"code": desk.world.outside.last_code(), **terms()}
    for door in ("video-completions", "letter-completions"):
        refused = await desk.gateway(f"/{door}/{reference}/proof", **proof)
        assert refused.json()["code"] == "enrolment-not-found"
    early = await provider.tell(reference)
    assert early.json()["code"] == "video-case-not-found"
    await desk.gateway(f"/video-automatic/{reference}/proof", **proof)
    assert (await provider.tell(reference)).json() == {"state": "auto_passed"}


async def test_without_a_provider_nobody_begins_an_automatic_case(desk: Desk) -> None:
    with_providers(desk.world, None)
    refused = await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)
    assert (refused.status_code, refused.json()["code"]) == (409, "video-automatic-off")


async def test_another_code_goes_to_the_same_phone(provider: Provider) -> None:
    desk = provider.desk
    begun = (await desk.gateway("/video-automatic", national_id=ANA, **CONTACT)).json()
    reference = begun["completion_id"]
    soon = await desk.gateway(f"/video-automatic/{reference}/phone-codes")
    assert soon.json()["code"] == "phone-code-too-soon"
    desk.world.clock.advance(timedelta(seconds=61))
    again = (await desk.gateway(f"/video-automatic/{reference}/phone-codes")).json()
    assert again["completion_id"] == reference
    assert again["phone_hint"] == begun["phone_hint"]
    proof = {"code": desk.world.outside.last_code(), **terms()}
    proved = await desk.gateway(f"/video-automatic/{reference}/proof", **proof)
    assert proved.json()["outcome"] == "proved"


async def test_a_result_that_comes_with_the_proof_enters_with_the_terms_accepted(
    provider: Provider,
) -> None:
    reference = await provider.proved()
    kept = "SELECT phone_proved_at IS NOT NULL AND terms_version = $2 FROM online_enrolment"
    where = " WHERE online_enrolment_id = $1"
    pool = provider.desk.world.deps.pool
    assert await pool.fetchval(kept + where, reference, "2026-11")
    await pool.execute(
        "UPDATE online_enrolment SET terms_version = NULL WHERE online_enrolment_id = $1", reference
    )
    refused = await provider.tell(reference)
    assert (refused.status_code, refused.json()["code"]) == (422, "terms-not-accepted")
    assert await person(provider.desk.world) is None


async def test_only_a_known_provider_tells_results(provider: Provider) -> None:
    reference = await provider.proved()
    stranger = ECKey.generate_key("P-256", {"kid": "video-co"})
    forged = await provider.tell(reference, stranger)
    assert (forged.status_code, forged.json()["code"]) == (401, "provider-not-known")
    bare = await provider.desk.world.http.post("/provider/v1/video-results", json={})
    assert bare.status_code in {401, 422}


async def test_automatic_video_is_for_people_with_a_dni(provider: Provider) -> None:
    refused = await provider.desk.gateway("/video-automatic", national_id="X1234567L", **CONTACT)
    assert refused.json()["code"] == "dni-only"
