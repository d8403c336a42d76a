"""What has had its time goes, what the law keeps stays, and the trail still verifies."""

from datetime import UTC, datetime, timedelta

import pytest
from clavis_registry.actions.retention import retain
from clavis_registry.actions.trail import seal_batch
from clavis_registry.actions.verification import verify
from clavis_registry.rules.checkpoint import public_keys
from clavis_registry.rules.person import Status
from clavis_registry.rules.retention import Datum, RetentionPolicy
from clavis_registry.settings import RegistrySettings
from clavis_registry.store.evidence import Actor

from services.registry.tests.world import ANA, NOW, Enrol, Prove, World, application

LONG_AGO = datetime(2005, 5, 5, tzinfo=UTC)
POLICY = RetentionPolicy(drafts=30, codes=31, letters=365, contacts=1826, lookups=1096,
                         evidence=5479)  # fmt: skip


@pytest.mark.parametrize(
    ("datum", "days"),
    [
        (Datum.DRAFT, 30), (Datum.PHONE_CODE, 31), (Datum.LETTER, 365),
        (Datum.ENDED_CONTACT, 1826), (Datum.LOOKUP, 1096), (Datum.EVIDENCE, 5479),
        (Datum.VIDEO_REFERENCE, 5479), (Datum.AUDIT_FACTS, 5479), (Datum.SEALED_DOCUMENT, 5479),
    ],
)  # fmt: skip
def test_each_kind_has_its_days(datum: Datum, days: int) -> None:
    assert POLICY.cutoff(datum, NOW) == NOW - timedelta(days=days)


def test_no_setting_goes_below_what_the_law_asks() -> None:
    fields = RegistrySettings.model_fields
    for name, least in (("retention_evidence_days", 5479), ("retention_lookup_days", 1096)):
        assert fields[name].default == least
        assert any(getattr(bound, "ge", 0) == least for bound in fields[name].metadata)


async def count(world: World, table: str, where: str = "true") -> int:
    total: int = await world.deps.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608
    return total


async def test_an_unfinished_enrolment_goes_and_a_fresh_one_stays(
    world: World, prove: Prove
) -> None:
    await prove()
    await retain(world.deps)
    assert (await count(world, "enrolment"), await count(world, "phone_code")) == (1, 1)
    world.clock.advance(timedelta(days=32))
    removed = await retain(world.deps)
    assert removed == {Datum.DRAFT: 1, Datum.PHONE_CODE: 1}
    assert (await count(world, "enrolment"), await count(world, "phone_code")) == (0, 0)


async def test_a_completed_enrolment_and_its_person_stay(world: World, enrol: Enrol) -> None:
    await enrol()
    world.clock.advance(timedelta(days=20 * 365))
    await retain(world.deps)
    assert await count(world, "enrolment") == 1
    assert await count(world, "contact") == 1
    assert await count(world, "evidence", "facts IS NULL") == 0


async def test_the_address_of_one_who_left_goes_in_its_time(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    await world.http.post("/citizen/v1/renunciation", json={"confirmed": True}, headers=headers)
    world.clock.advance(timedelta(days=1825))
    await retain(world.deps)
    assert await count(world, "contact") == 1
    world.clock.advance(timedelta(days=2))
    assert (await retain(world.deps))[Datum.ENDED_CONTACT] == 1
    assert await count(world, "contact") == 0
    # The block against coming back by a basic channel needs the person's row.
    assert await count(world, "person", f"national_id = '{ANA}' AND status = 'renounced'") == 1


APPROVAL = """
    INSERT INTO approval (approval_id, kind, subject_id, office_id, proposer_subject_id, facts,
                          reason, state, proposed_at, expires_at)
    SELECT gen_random_uuid(), 'lift_revocation', $1::uuid, office_id, $2::uuid, '{}', 'x',
           'withdrawn', $3, $3
      FROM office WHERE code = 'MAD-1'
"""


async def finished_acts(world: World, subject_id: str) -> None:
    """One act of each kind, all of this day."""
    owner = await world.as_owner()
    await owner.execute(
        """
        INSERT INTO online_enrolment
            (online_enrolment_id, channel, purpose, national_id_hash, subject_id, language, state,
             created_at, expires_at, completed_at)
        VALUES (gen_random_uuid(), 'letter', 'enrol', 'x', $1, 'es', 'completed', $2, $2, $2)
        """,
        subject_id,
        NOW,
    )
    await owner.execute(
        """
        INSERT INTO contact_change
            (change_id, kind, subject_id, state, identified_by, person_version, contact_version,
             created_at, expires_at, done_at)
        VALUES (gen_random_uuid(), 'email', $1, 'done', 'login', 1, 1, $2, $2, $2)
        """,
        subject_id,
        NOW,
    )
    await owner.execute(APPROVAL, subject_id, world.officer, NOW)
    await owner.close()


FINISHED = {
    Datum.FINISHED_ENROLMENT: "enrolment",
    Datum.FINISHED_ONLINE: "online_enrolment",
    Datum.FINISHED_CHANGE: "contact_change",
    Datum.DECIDED_PROPOSAL: "approval",
}


async def test_acts_go_with_the_evidence_of_an_identity_that_ended(
    world: World, enrol: Enrol
) -> None:
    subject_id = (await enrol()).subject_id
    await finished_acts(world, subject_id)
    world.clock.advance(timedelta(days=5480))
    assert not set(FINISHED) & set(await retain(world.deps)), "the identity lives"
    async with world.deps.transaction() as unit:
        await unit.persons.end(subject_id, Status.RENOUNCED, world.clock.now())
    world.clock.advance(timedelta(days=5478))
    assert not set(FINISHED) & set(await retain(world.deps)), "its evidence is kept"
    world.clock.advance(timedelta(days=2))
    removed = await retain(world.deps)
    assert {datum: removed.get(datum) for datum in FINISHED} == dict.fromkeys(FINISHED, 1)
    assert [await count(world, table) for table in FINISHED.values()] == [0, 0, 0, 0]


async def old_trail(world: World, subject_id: str) -> None:
    async with world.deps.transaction() as unit:
        office = await unit.offices.office_id("MAD-1")
        actor = Actor("officer", world.officer, office)
        await unit.evidence.add_lookup(actor, "hash", subject_id, "motivo antiguo", LONG_AGO)
        await unit.evidence.add(subject_id, "enrolment", {"guardian": "X"}, LONG_AGO)
        await unit.evidence.audit(subject_id, actor, "enrolled", LONG_AGO, {"reason": "antiguo"})
        await unit.persons.end(subject_id, Status.RENOUNCED, LONG_AGO)


async def test_old_payloads_are_erased_with_record_and_the_chain_still_holds(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await old_trail(world, entered.subject_id)
    keys = public_keys(world.deps.keys.checkpoint)
    unsealed = await retain(world.deps)
    assert not {Datum.LOOKUP, Datum.EVIDENCE} & set(unsealed)
    await seal_batch(world.deps)
    removed = await retain(world.deps)
    assert (removed[Datum.LOOKUP], removed[Datum.EVIDENCE], removed[Datum.AUDIT_FACTS]) == (1, 1, 1)
    # The look-up of the enrolment itself is of today.
    assert await count(world, "lookup", "reason IS NOT NULL OR subject_id IS NOT NULL") == 1
    assert await count(world, "lookup", f"reason IS NOT NULL AND at <= '{LONG_AGO}'") == 0
    assert await count(world, "evidence", "facts ? 'guardian'") == 0
    assert await count(world, "redaction") == 3
    assert await retain(world.deps) == {}
    await seal_batch(world.deps)
    report = await verify(world.deps, keys)
    assert (report.where, report.redacted) == ([], 3)


async def test_what_was_taken_out_is_on_record(world: World) -> None:
    await world.http.post("/officer/v1/enrolments", json=application(), headers=world.as_officer())
    world.clock.advance(timedelta(days=40))
    await retain(world.deps)
    rows = await world.deps.pool.fetch(
        "SELECT facts FROM audit_event WHERE action = 'retention' ORDER BY audit_event_id"
    )
    assert [(row["facts"]["datum"], row["facts"]["count"]) for row in rows] == [
        ("phone_code", 1), ("draft", 1),
    ]  # fmt: skip
