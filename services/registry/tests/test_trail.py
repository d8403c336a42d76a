"""The trail: sealed rows, and that every way of tampering with them shows."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from clavis_kit.errors import ServiceError
from clavis_registry.actions.trail import copy_out, inclusion_of, seal_batch
from clavis_registry.actions.verification import Fault, Report, verify
from clavis_registry.rules import checkpoint, trail
from clavis_registry.store.evidence import Actor
from hypothesis import given
from hypothesis import strategies as st

from services.registry.tests.world import NOW, Enrol, Run, World

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


# RFC 9162 section 2.1.5 has no vectors of values; these are those of RFC 6962's reference tests.
def test_the_tree_is_that_of_certificate_transparency() -> None:
    entries = [bytes.fromhex(text) for text in
               ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert trail.merkle_root(entries[:size]).hex() == root


@given(LEAVES, st.data())
def test_a_path_proves_its_entry_and_no_other(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    path, root = trail.inclusion_path(index, entries), trail.merkle_root(entries)
    assert trail.root_from_path(index, len(entries), entries[index], path) == root
    assert trail.root_from_path(index, len(entries), b"another", path) != root
    assert trail.root_from_path(len(entries), len(entries), entries[index], path) is None


def test_a_checkpoint_of_another_key_is_nothing() -> None:
    from joserfc.jwk import ECKey

    ours, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    statement = checkpoint.Statement("http://r.test", 1, 1, 1, 2, "aa", "bb", "cc")
    signed = checkpoint.sign(statement, ours)
    assert checkpoint.read(signed, checkpoint.public_keys(ours)) == statement
    for text, key in ((signed, other), (signed[:-4] + "AAAA", ours), ("x", ours)):
        with pytest.raises(checkpoint.CheckpointError):
            checkpoint.read(text, checkpoint.public_keys(key))


INSERT_UNSEALED = """
    INSERT INTO lookup (officer_subject_id, office_id, national_id_hash, reason, at)
    SELECT officer_subject_id, office_id, 'x', 'y', at FROM lookup LIMIT 1
"""
ERASE_IN_SILENCE = """
    UPDATE lookup SET officer_subject_id = NULL, national_id_hash = NULL, reason = NULL,
           payload_salt = NULL
     WHERE lookup_id = 3
"""
# A record of the erasure that is too early, and one that is not yet true.
ERASE_TOO_SOON = """
    WITH gone AS (UPDATE lookup SET officer_subject_id = NULL, national_id_hash = NULL,
                         subject_id = NULL, reason = NULL, payload_salt = NULL
                   WHERE lookup_id = 3 RETURNING at)
    INSERT INTO redaction (source, row_key, rule, redacted_at)
    SELECT 'lookup', '3', 'lookup', at + interval '1 day' FROM gone
"""
ERASE_BEFORE_ITS_TIME = ERASE_TOO_SOON.replace("1 day", "4 years")
FORGE_PENDING = """
    INSERT INTO trail_pending (source, row_key, payload_digest, digest)
    VALUES ('lookup', '1', '', '')
"""
DELETE_SEALED_LOOKUPS = """
    DELETE FROM lookup WHERE lookup_id::text IN (
        SELECT row_key FROM trail WHERE source = 'lookup' AND position >= {})
"""


async def sealed(world: World, rows: int = 0) -> None:
    """Add look-ups of nobody and seal everything, in batches of four."""
    async with world.deps.transaction() as unit:
        office = await unit.offices.office_id("MAD-1")
        for number in range(rows):
            actor = Actor("officer", world.officer, office)
            await unit.evidence.add_lookup(actor, f"hash{number}", None, "motivo", NOW)
    while await seal_batch(world.deps, 4):
        pass


async def verified(world: World, kept: list[str] | None = None) -> Report:
    keys = checkpoint.public_keys(world.deps.keys.checkpoint)
    return await verify(world.deps, keys, kept or [])


async def kept_checkpoints(world: World) -> list[str]:
    rows = await world.deps.pool.fetch("SELECT statement FROM checkpoint ORDER BY batch")
    return [row["statement"] for row in rows]


async def test_everything_that_is_added_is_sealed_and_verifies(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    headers = world.as_citizen(entered.subject_id)
    await world.http.post("/citizen/v1/renunciation", json={"confirmed": True}, headers=headers)
    await sealed(world, 6)
    report = await verified(world, await kept_checkpoints(world))
    assert report.intact, report.where
    rows = 0
    for table in ("evidence", "audit_event", "lookup", "renunciation", "sealed_document"):
        rows += await world.deps.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    assert (report.rows, report.pending) == (rows, 0)
    assert report.batches > 2


async def test_what_waits_is_no_fault(world: World) -> None:
    await sealed(world, 3)
    async with world.deps.transaction() as unit:
        await unit.evidence.audit(None, Actor("operator"), "late", NOW)
    report = await verified(world)
    assert (report.intact, report.pending) == (True, 1)


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE lookup SET reason = 'otro' WHERE lookup_id = 3", Fault.CHANGED),
        ("UPDATE lookup SET at = at - interval '1 day' WHERE lookup_id = 3", Fault.CHANGED),
        ("UPDATE lookup SET payload_salt = gen_random_uuid() WHERE lookup_id = 3", Fault.CHANGED),
        ("DELETE FROM lookup WHERE lookup_id = 3", Fault.REMOVED),
        (INSERT_UNSEALED, Fault.INSERTED),
        (ERASE_IN_SILENCE, Fault.ERASED),
        (ERASE_TOO_SOON, Fault.ERASED),
        (ERASE_BEFORE_ITS_TIME, Fault.ERASED),
        ("UPDATE trail SET digest = sha256('x') WHERE position = 5", Fault.BROKEN_LINK),
        ("DELETE FROM trail WHERE position = 5", Fault.BROKEN_LINK),
        ("UPDATE checkpoint SET statement = statement || 'A' WHERE batch = 2",
         Fault.BAD_SIGNATURE),
        ("DELETE FROM checkpoint WHERE batch = 2", Fault.BROKEN_BATCH),
    ],
)  # fmt: skip
async def test_tampering_by_the_owner_of_the_tables_shows(
    world: World, tampering: str, fault: Fault
) -> None:
    await sealed(world, 8)
    await as_owner(world, "ALTER TABLE lookup DISABLE TRIGGER lookup_trail", tampering)
    report = await verified(world)
    assert report.faults[fault], report.where


async def as_owner(world: World, *statements: str) -> None:
    """Act as whoever owns the tables; triggers are no obstacle to them."""
    connection = await world.as_owner()
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def rewrite_from(world: World, position: int) -> None:
    """Take away everything from a position on, as somebody with all rights would."""
    await as_owner(
        world,
        DELETE_SEALED_LOOKUPS.format(position),
        f"DELETE FROM trail WHERE position >= {position}",  # noqa: S608
        f"DELETE FROM checkpoint WHERE last_position >= {position}",  # noqa: S608
    )


async def test_a_tail_cut_off_cleanly_shows_against_a_checkpoint_kept_outside(world: World) -> None:
    await sealed(world, 8)
    kept = await kept_checkpoints(world)
    start = await world.deps.pool.fetchval(
        "SELECT first_position FROM checkpoint ORDER BY batch DESC LIMIT 1"
    )
    await rewrite_from(world, start)
    assert (await verified(world)).intact
    report = await verified(world, kept)
    assert set(report.faults) == {Fault.TRUNCATED}


async def test_a_history_written_anew_contradicts_what_was_kept(world: World) -> None:
    await sealed(world, 8)
    kept = await kept_checkpoints(world)
    start = await world.deps.pool.fetchval(
        "SELECT first_position FROM checkpoint ORDER BY batch DESC LIMIT 1"
    )
    await rewrite_from(world, start)
    await sealed(world, 8)
    assert (await verified(world)).intact
    report = await verified(world, kept)
    assert Fault.CONTRADICTED in report.faults


async def test_sealers_at_once_seal_each_row_once(world: World) -> None:
    await sealed(world, 0)
    async with world.deps.transaction() as unit:
        for _ in range(30):
            await unit.evidence.audit(None, Actor("operator"), "many", NOW)
    await asyncio.gather(*(seal_batch(world.deps, 10) for _ in range(6)))
    await sealed(world)
    report = await verified(world)
    assert report.intact, report.where
    assert report.rows == await world.deps.pool.fetchval("SELECT count(*) FROM trail")


async def test_a_row_not_committed_holds_no_other_up(world: World) -> None:
    await sealed(world)
    async with world.deps.transaction() as unit:
        await unit.evidence.audit(None, Actor("operator"), "slow", NOW)
        async with world.deps.transaction() as other:
            await other.evidence.audit(None, Actor("operator"), "quick", NOW)
        assert await seal_batch(world.deps) == 1
    assert await seal_batch(world.deps) == 1
    assert (await verified(world)).intact


async def test_the_proof_of_one_row_stands_alone(world: World) -> None:
    await sealed(world, 8)
    proof = await inclusion_of(world.deps, "lookup", "3")
    keys = checkpoint.public_keys(world.deps.keys.checkpoint)
    statement = checkpoint.read(proof.statement, keys)
    root = trail.root_from_path(proof.index, proof.size, proof.entry.digest, proof.path)
    assert root is not None
    assert root.hex() == statement.root
    with pytest.raises(ServiceError, match="trail-entry-not-found"):
        await inclusion_of(world.deps, "lookup", "999")


async def test_checkpoints_are_copied_out_each_once(world: World, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints"
    await sealed(world, 6)
    first = await copy_out(world.deps, file)
    assert first > 1
    assert await copy_out(world.deps, file) == 0
    await sealed(world, 4)
    await copy_out(world.deps, file)
    assert file.read_text().split() == await kept_checkpoints(world)


async def test_the_service_can_neither_rewrite_nor_forge_the_trail(world: World) -> None:
    await sealed(world, 4)
    for forbidden in (
        "UPDATE trail SET digest = digest", "DELETE FROM trail", "UPDATE checkpoint SET batch = 9",
        "DELETE FROM checkpoint", "DELETE FROM redaction", "UPDATE trail_pending SET digest = ''",
        FORGE_PENDING,
        "INSERT INTO redaction (source, row_key, rule, redacted_at) VALUES ('a', 'b', 'c', now())",
        "UPDATE lookup SET payload_salt = NULL", "ALTER TABLE lookup DISABLE TRIGGER ALL",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.deps.pool.execute(forbidden)


async def test_what_is_young_cannot_be_erased_by_anybody(world: World) -> None:
    await sealed(world, 1)
    erased = await world.deps.pool.fetchval("SELECT redact('lookup', ARRAY['1'], 'test', now())")
    assert erased == 0
    assert json.dumps((await verified(world)).where) == "[]"


async def test_the_operator_seals_and_verifies_by_command(
    world: World, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "kept"
    assert (await run("seal", "--copy-to", str(file)))[0] == 0
    code, out, err = await run("verify", "--checkpoint", str(file))
    assert (code, err) == (0, "")
    assert out.endswith("0 faults\n")
    await as_owner(world, "DELETE FROM audit_event WHERE audit_event_id = 1")
    code, _, err = await run("verify")
    assert (code, err) == (1, "removed: audit_event 1\n")
    code, _, err = await run("verify", "--checkpoint", str(tmp_path / "none"))
    assert (code, err) == (1, "registry: cannot read none\n")
