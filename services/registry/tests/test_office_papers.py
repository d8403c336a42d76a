"""Who shows what at an office, minors, and renewals, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from services.registry.tests.world import ANA, COMPLETION, Enrol, Prove, World, application

NIE = "X1234567L"
EVA = "00000001R"
CARD = {"support_number": "E01234567", "issued_on": "2022-01-01", "expires_on": "2027-01-01"}
GREEN = {"kind": "eu_certificate", "support_number": "C01234567", "expires_on": None}
GUARDED = {"guardian_present": True, "guardian_document_checked": True, "authority_checked": True}
GUARDIAN = {"national_id": EVA, "proof": "family_book"}


def passport(country: str) -> dict[str, str]:
    return {"kind": "passport", "number": "AB 123456", "country": country}


async def start(world: World, **changes: Any) -> Any:
    return await world.http.post(
        "/officer/v1/enrolments", json=application(**changes), headers=world.as_officer()
    )


async def facts(world: World, kind: str = "enrolment") -> Any:
    return await world.deps.pool.fetchval("SELECT facts FROM evidence WHERE kind = $1", kind)


async def test_a_foreigner_with_only_a_residence_card_proves_residence_not_identity(
    world: World, enrol: Enrol
) -> None:
    card = {"kind": "tie", **CARD}
    refused = await start(world, national_id=NIE, document=card)
    assert (refused.status_code, refused.json()["code"]) == (422, "identity-document-required")
    await enrol(national_id=NIE, document=card, identity_document=passport("CUB"))
    kept = await facts(world)
    assert kept["person_kind"] == "other_foreigner"
    assert kept["identity_document"]["number"] == "AB123456"


async def test_a_briton_comes_with_the_card_of_the_withdrawal_agreement(
    world: World, enrol: Enrol
) -> None:
    card = {"kind": "withdrawal_agreement_card", **CARD}
    await enrol(
        national_id=NIE, document=card, person_kind="british", identity_document=passport("GBR")
    )
    assert (await facts(world))["person_kind"] == "british"


@pytest.mark.parametrize(("issued_on", "status"), [("2020-12-31", 201), ("2021-01-01", 422)])
async def test_a_briton_comes_with_a_certificate_of_before_2021(
    world: World, issued_on: str, status: int
) -> None:
    answer = await start(
        world, national_id=NIE, document={**GREEN, "issued_on": issued_on},
        person_kind="british", identity_document=passport("GBR"),
    )  # fmt: skip
    assert answer.status_code == status, answer.text


async def test_a_stateless_person_shows_the_document_of_one(world: World, enrol: Enrol) -> None:
    shown = {"kind": "stateless_document", "number": "S1234567"}
    await enrol(
        national_id=NIE, document={"kind": "residence_permit", **CARD}, person_kind="stateless",
        identity_document=shown,
    )  # fmt: skip
    assert (await facts(world))["identity_document"]["kind"] == "stateless_document"


async def test_a_spaniard_abroad_without_dni_shows_the_passport(world: World, enrol: Enrol) -> None:
    shown = {"kind": "passport", "issued_on": "2022-01-01", "expires_on": "2032-01-01"}
    await enrol(national_id="L1234567L", document=shown, person_kind="spaniard")
    assert (await facts(world))["person_kind"] == "spaniard"


async def test_a_spanish_child_without_dni_is_sent_for_one(world: World) -> None:
    shown = {"kind": "passport", "issued_on": "2022-01-01", "expires_on": "2032-01-01"}
    refused = await start(
        world, national_id="K1234567L", document=shown, birth_date="2015-06-01", guardian=GUARDIAN
    )
    assert refused.json()["code"] == "dni-required"


async def test_a_child_under_fourteen_comes_with_the_guardian_who_accepts(
    world: World, prove: Prove, enrol: Enrol
) -> None:
    enrolment_id = await prove(birth_date="2015-06-01", guardian=GUARDIAN)
    path = f"/officer/v1/enrolments/{enrolment_id}/completion"

    async def complete(**changes: Any) -> Any:
        body = {**COMPLETION, **changes}
        return await world.http.post(path, json=body, headers=world.as_officer())

    assert (await complete()).json()["code"] == "guardian-not-checked"
    assert (await complete(**GUARDED)).json()["code"] == "acceptance-by-guardian"
    done = await complete(**GUARDED, accepted_by="guardian")
    assert done.status_code == 201, done.text
    assert (await facts(world))["accepted_by"] == "guardian"


async def test_a_photo_that_does_not_match_ends_it(world: World, prove: Prove) -> None:
    enrolment_id = await prove()
    refused = await world.http.post(
        f"/officer/v1/enrolments/{enrolment_id}/completion",
        json={**COMPLETION, "photo_matches": False},
        headers=world.as_officer(),
    )
    assert refused.json()["code"] == "presence-incomplete"


async def renewed(world: World, enrol: Enrol, **changes: Any) -> bytes:
    """Renew Ana at the office and return the acceptance document."""
    again = await enrol(purpose="renew", **changes)
    printed = await world.http.get(
        f"/officer/v1/enrolments/{again.enrolment_id}/acceptance.pdf", headers=world.as_officer()
    )
    assert printed.status_code == 200
    return printed.content


async def codes(world: World) -> int:
    count: int = await world.deps.pool.fetchval("SELECT count(*) FROM activation_code")
    return count


async def test_an_identification_is_renewed_at_the_office(world: World, enrol: Enrol) -> None:
    await enrol()
    world.clock.advance(timedelta(days=365))
    await renewed(world, enrol)
    events = await world.events()
    last = next(e for e in events if e.DESCRIPTOR.name == "IdentificationRenewed")
    assert last.last_strong_identification_at.ToDatetime().year == 2027  # type: ignore[attr-defined]
    row = await world.deps.pool.fetchrow("SELECT * FROM person WHERE national_id = $1", ANA)
    assert row["enrolled_at"] < row["last_strong_identification_at"] == world.clock.now()
    assert await codes(world) == 0


async def test_after_five_years_the_office_gives_a_new_code(world: World, enrol: Enrol) -> None:
    document = {"kind": "dni", "issued_on": "2025-05-17", "expires_on": "2035-05-17"}
    await enrol(document=document)
    world.clock.advance(timedelta(days=5 * 366))
    await renewed(world, enrol, document=document)
    assert await codes(world) == 1


async def test_what_a_renewal_is_not_for(world: World, enrol: Enrol) -> None:
    unknown = await start(world, purpose="renew")
    assert unknown.json()["code"] == "not-registered"
    await enrol()
    world.clock.advance(timedelta(minutes=2))
    other = await start(world, purpose="renew", given_name="Eva")
    assert other.json()["code"] == "identity-data-differ"
    moved = await start(world, purpose="renew", mobile="600999888")
    assert moved.json()["code"] == "phone-change-first"
