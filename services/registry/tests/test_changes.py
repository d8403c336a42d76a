"""Another phone, address, language, document or activation code: who, how, and what follows."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.loa import Loa

from services.registry.tests.life import (
    CERTIFICATE,
    TERMS,
    as_officer,
    bearer,
    desk,
    problem,
)
from services.registry.tests.test_acceptance import text_of
from services.registry.tests.world import Enrol, World, deliver_due

NEW_PHONE = "600999888"


async def details(world: World) -> contact_pb2.ContactDetails:
    """Open the newest contact data."""
    event = [e for e in await world.events() if isinstance(e, contact_pb2.ContactChanged)][-1]
    return contact_pb2.ContactDetails.FromString(world.open_contact(event))


async def begun(world: World, kind: str = "phone", **body: Any) -> tuple[str, str]:
    """Begin a change at the office; return its id and the code sent."""
    world.clock.advance(timedelta(minutes=2))
    answer = await as_officer(world, f"{kind}-changes", desk(**body))
    assert answer.status_code == 201, answer.text
    return answer.json()["change_id"], world.outside.last_code()


async def proved(world: World, kind: str = "phone", **body: Any) -> str:
    change_id, code = await begun(world, kind, **body)
    answer = await as_officer(world, f"{kind}-changes/{change_id}/proof", {"code": code})
    assert answer.json()["verdict"] == "accepted"
    return change_id


async def test_a_phone_changes_at_the_office_with_code_terms_and_a_new_activation_code(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    change = await proved(world, mobile=NEW_PHONE)
    done = await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    assert done.json()["state"] == "done"
    changed = [e for e in await world.events() if isinstance(e, person_pb2.PhoneChanged)]
    assert [(e.phone_verified, e.version) for e in changed] == [(True, 2)]
    assert (await details(world)).phone == "+34600999888"
    printed = await as_officer(world, f"phone-changes/{change}/acceptance", {})
    assert printed.status_code == 201
    assert "+34600999888" in text_of(printed.content)
    again = await as_officer(world, f"phone-changes/{change}/acceptance", {})
    assert problem(again) == (410, "acceptance-already-printed")
    await deliver_due(world.deps)
    told = {message["to"]: message["body"] for message in world.outside.sent}
    assert "Oficina Centro" in told["ana@example.es"]
    assert "ya no está asociado" in told["+34600111222"]
    kinds = await world.deps.pool.fetch(
        "SELECT kind, facts FROM evidence WHERE subject_id = $1", entered.subject_id
    )
    facts = next(row["facts"] for row in kinds if row["kind"] == "phone-change")
    assert facts["code_proved"]
    assert facts["present"]
    assert facts["terms_version"] == "2026-11"


async def test_a_number_of_another_person_moves_and_the_loser_is_told(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    world.clock.advance(timedelta(minutes=2))
    loser = await enrol(national_id="00000001R", mobile=NEW_PHONE, email="eva@example.es")
    change = await proved(world, mobile=NEW_PHONE)
    await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    lost = [
        e for e in await world.events()
        if isinstance(e, person_pb2.PhoneChanged) and e.subject_id == loser.subject_id
    ]  # fmt: skip
    assert [e.phone_verified for e in lost] == [False]
    await deliver_due(world.deps)
    told = [m["body"] for m in world.outside.sent if m["to"] == "eva@example.es"]
    assert any("Otra persona" in body for body in told)


async def test_of_two_changes_of_one_person_in_the_same_second_one_wins(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    first = await proved(world, mobile=NEW_PHONE)
    second = await proved(world, mobile="600777666")
    answers = await asyncio.gather(
        *(as_officer(world, f"phone-changes/{c}/completion", TERMS) for c in (first, second))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert problem(refused) == (409, "record-changed")


async def test_of_two_people_proving_one_number_in_the_same_second_one_keeps_it(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    await enrol(national_id="00000001R", mobile="600333444", email="eva@example.es")
    first = await proved(world, mobile=NEW_PHONE)
    second = await proved(world, mobile=NEW_PHONE, national_id="00000001R")
    answers = await asyncio.gather(
        *(as_officer(world, f"phone-changes/{c}/completion", TERMS) for c in (first, second))
    )
    assert [answer.json()["state"] for answer in answers] == ["done", "done"]
    owners = await world.deps.pool.fetchval(
        "SELECT count(*) FROM contact WHERE mobile = '+34600999888' AND phone_verified_at NOTNULL"
    )
    assert owners == 1


async def test_what_a_change_refuses(world: World, enrol: Enrol) -> None:
    await enrol()
    change, code = await begun(world, mobile=NEW_PHONE)
    wrong = "000000" if code != "000000" else "000001"
    path = f"phone-changes/{change}"
    assert problem(await as_officer(world, f"{path}/completion", TERMS)) == (
        409, "change-not-proved",
    )  # fmt: skip
    tried = await as_officer(world, f"{path}/proof", {"code": wrong})
    assert tried.json() == {"verdict": "wrong", "state": "code_pending", "attempts_left": 2}
    assert (await as_officer(world, f"{path}/proof", {"code": code})).json()["state"] == "proved"
    outdated = await as_officer(world, f"{path}/completion", {**TERMS, "terms_version": "1999"})
    assert problem(outdated) == (422, "terms-outdated")
    same = await as_officer(world, "phone-changes", desk(mobile="600111222"))
    assert problem(same) == (409, "contact-unchanged")
    absent = await as_officer(world, "phone-changes", desk(mobile="600333222", present=False))
    assert problem(absent) == (422, "presence-required")
    stranger = await as_officer(
        world, "phone-changes", desk(mobile="600333222", national_id="00000001R")
    )
    assert problem(stranger) == (409, "not-registered")
    unfinished = await world.http.get("/officer/v1/changes", headers=world.as_officer())
    assert [one["change_id"] for one in unfinished.json()["changes"]] == [change]
    world.clock.advance(timedelta(hours=25))
    late = await as_officer(world, f"{path}/completion", TERMS)
    assert problem(late) == (410, "change-expired")


async def test_a_citizen_changes_the_phone_with_a_certificate_and_nothing_less(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    body = {"mobile": NEW_PHONE}
    for amr in (["otp", "sms"], ["pwd", "otp"], ["hwk", "user"]):
        refused = await world.http.post(
            "/citizen/v1/phone-changes",
            json=body,
            headers=bearer(world, entered.subject_id, amr=amr),
        )
        assert problem(refused) == (403, "certificate-required")
    world.clock.advance(timedelta(minutes=2))
    headers = bearer(world, entered.subject_id, **CERTIFICATE)
    began = await world.http.post("/citizen/v1/phone-changes", json=body, headers=headers)
    path = f"/citizen/v1/phone-changes/{began.json()['change_id']}"
    code = {"code": world.outside.last_code()}
    assert (await world.http.post(f"{path}/proof", json=code, headers=headers)).status_code == 200
    done = await world.http.post(f"{path}/completion", json=TERMS, headers=headers)
    typed = done.json()["activation_code"].replace("-", "")
    expected = world.deps.keys.activation.bound(entered.subject_id, typed)
    assert (await details(world)).activation_code_hash == expected


async def test_an_address_is_proved_and_the_former_one_is_told(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id)
    began = await world.http.post(
        "/citizen/v1/email-changes", json={"email": "Nueva@Example.es"}, headers=headers
    )
    assert began.json()["hint"] == "N***@example.es"
    path = f"/citizen/v1/email-changes/{began.json()['change_id']}"
    code = {"code": world.outside.last_code()}
    proof = await world.http.post(f"{path}/proof", json=code, headers=headers)
    assert proof.json() == {"verdict": "accepted", "state": "done", "attempts_left": None}
    assert (await details(world)).email == "Nueva@example.es"
    await deliver_due(world.deps)
    told = [m["to"] for m in world.outside.sent if "ha cambiado" in (m["subject"] or "")]
    assert sorted(told) == ["Nueva@example.es", "ana@example.es"]
    other = await enrol(national_id="00000001R", mobile=NEW_PHONE)
    stolen = await world.http.post(
        f"{path}/proof", json=code, headers=bearer(world, other.subject_id)
    )
    assert problem(stolen) == (404, "change-not-found")


async def test_the_language_changes_and_the_credential_services_know(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id)
    answer = await world.http.post("/citizen/v1/language", json={"language": "eu"}, headers=headers)
    assert answer.json() == {"language": "eu"}
    assert (await details(world)).language == "eu"
    again = await world.http.post("/citizen/v1/language", json={"language": "eu"}, headers=headers)
    assert problem(again) == (409, "contact-unchanged")
    desked = await as_officer(world, "language-changes", desk(language="en"))
    assert desked.json() == {"language": "en"}


RENEWED = {"kind": "dni", "issued_on": "2026-03-01", "expires_on": "2036-03-01"}
NAME = {"given_name": "ANA", "first_surname": "GARCIA", "second_surname": "NUÑEZ"}


async def test_a_renewed_document_changes_datum_and_event_and_a_new_name_is_no_change(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    body = desk(document=RENEWED, cause="renewal", **NAME)
    answer = await as_officer(world, "document-changes", body)
    assert answer.status_code == 200, answer.text
    event = next(e for e in await world.events() if isinstance(e, person_pb2.DocumentChanged))
    assert event.document_expires_on.ToDatetime().year == 2036
    expected = world.deps.keys.contrast.of(f"{entered.subject_id}:2036-03-01")
    assert (await details(world)).contrast_hash == expected
    assert problem(await as_officer(world, "document-changes", body)) == (
        409, "document-unchanged",
    )  # fmt: skip
    married = await as_officer(world, "document-changes", {**body, "first_surname": "López"})
    assert problem(married) == (409, "identity-data-differ")
    expired = {**RENEWED, "expires_on": "2026-03-02"}
    late = await as_officer(world, "document-changes", {**body, "document": expired})
    assert problem(late) == (422, "document-expired")


async def test_a_new_activation_code_replaces_the_former_one(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    pin = bearer(world, entered.subject_id, loa=Loa.LOW, amr=["otp", "sms"])
    issued = await world.http.post("/citizen/v1/activation-codes", headers=pin)
    assert issued.status_code == 201
    code = issued.json()["activation_code"]
    sheet = await world.http.post(
        "/citizen/v1/activation-codes/sheet", json={"activation_code": code}, headers=pin
    )
    assert code in text_of(sheet.content)
    desked = await as_officer(world, "activation-codes", desk())
    assert desked.status_code == 201
    former = await world.http.post(
        "/citizen/v1/activation-codes/sheet", json={"activation_code": code}, headers=pin
    )
    assert problem(former) == (422, "invalid-activation-code")
    rows = await world.deps.pool.fetch("SELECT state FROM activation_code ORDER BY issued_at")
    assert sorted(row["state"] for row in rows) == ["active", "replaced"]
    password = bearer(world, entered.subject_id, amr=["pwd", "otp", "sms"])
    refused = await world.http.post("/citizen/v1/activation-codes", headers=password)
    assert problem(refused) == (403, "login-not-accepted")


@pytest.mark.parametrize("path", ["phone-changes", "activation-codes", "language-changes"])
async def test_officers_do_not_serve_themselves(world: World, enrol: Enrol, path: str) -> None:
    body = desk(national_id="99999999R", mobile=NEW_PHONE, language="en")
    assert problem(await as_officer(world, path, body)) == (403, "own-record")
