"""Another census in bulk: what is entered, what is rejected, and that a crash changes nothing."""

import asyncio
import csv
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_registry.actions.convalidation import Chunk, Consent, enter_chunk
from clavis_registry.actions.subjects import subject_for
from clavis_registry.actions.trail import seal_batch
from clavis_registry.actions.verification import verify
from clavis_registry.commands import census_files
from clavis_registry.rules.checkpoint import public_keys
from clavis_testkit.patience import until

from services.registry.tests.world import ANA, NOW, Enrol, Run, World

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
REFERENCE = Consent("ref", "2026-11")
CONSENT = ("--consent-reference", "Convenio 2026/1", "--workers", "1")


def dni(number: int) -> str:
    return f"{number:08}{LETTERS[number % 23]}"


def line(number: int, **changes: str) -> dict[str, str]:
    return {
        "national_id": dni(number), "given_name": "María José", "first_surname": "García",
        "second_surname": "", "birth_date": "1980-02-03", "document_kind": "dni",
        "support_number": "", "issued_on": "2022-01-01", "expires_on": "2032-01-01",
        "email": f"p{number}@example.org", "mobile": f"+346{number:08}", "language": "ca",
        **changes,
    }  # fmt: skip


def census(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


async def count(world: World, table: str) -> int:
    total: int = await world.deps.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    return total


async def test_people_are_entered_as_by_any_other_way(
    world: World, run: Run, tmp_path: Path
) -> None:
    file = census(tmp_path / "census.csv", [line(number) for number in range(1000, 1005)])
    assert await run("people", "convalidate", str(file), *CONSENT) == (
        0, "people: 5 imported, 0 unchanged, 0 rejected\n", progress(5),
    )  # fmt: skip
    row = await world.deps.pool.fetchrow(
        """
        SELECT person.*, contact.mobile, contact.phone_verified_at, evidence.facts
          FROM person JOIN contact USING (subject_id) JOIN evidence USING (subject_id)
         WHERE national_id = $1
        """,
        dni(1000),
    )
    assert row is not None
    assert (row["status"], row["level"], row["channel"]) == (
        "registered", "basic", "convalidation",
    )  # fmt: skip
    assert row["facts"]["consent_reference"] == "Convenio 2026/1"
    accepted = [row["facts"][name] for name in ("terms_version", "terms_language")]
    assert accepted == ["2026-11", "es"]
    assert row["phone_verified_at"] is not None
    events = await world.events()
    entered = [event for event in events if isinstance(event, person_pb2.Registered)]
    assert len(entered) == 5
    contact = next(event for event in events if isinstance(event, contact_pb2.ContactChanged))
    details = contact_pb2.ContactDetails.FromString(world.open_contact(contact))
    assert details.phone.startswith("+34600001")
    assert details.contrast_hash


def progress(total: int) -> Any:
    class _AnySpeed:
        def __eq__(self, other: object) -> bool:
            return f"100% {total} of {total}" in str(other)

        def __hash__(self) -> int:
            return 0

    return _AnySpeed()


async def test_the_day_of_the_consent_is_kept_also_of_who_only_logged_in_before(
    world: World, run: Run, tmp_path: Path
) -> None:
    await subject_for(world.deps, "gateway", dni(1001), None, {})
    lines = [line(number, consented_on="2026-01-15") for number in (1000, 1001)]
    lines.append(line(1002, consented_on="15/01/2026"))
    file = census(tmp_path / "census.csv", lines)
    code, out, _ = await run("people", "convalidate", str(file), *CONSENT)
    assert (code, out) == (1, "people: 2 imported, 0 unchanged, 1 rejected\n")
    assert "invalid-fields consented_on" in (tmp_path / "census.csv.rejected.csv").read_text()
    facts = await world.deps.pool.fetch("SELECT facts FROM evidence WHERE kind = 'enrolment'")
    kept = [(row["facts"]["consented_on"], row["facts"]["terms_version"]) for row in facts]
    assert kept == 2 * [("2026-01-15", "2026-11")]


async def test_rejected_lines_come_back_with_their_reason(
    world: World, run: Run, enrol: Enrol, tmp_path: Path
) -> None:
    await enrol()
    file = census(
        tmp_path / "census.csv",
        [
            line(1000), line(1001, national_id="00001001X"), line(1002, birth_date="x"),
            line(1003, mobile="+34600111222"), line(1000), line(1004, national_id=ANA),
            line(1005, expires_on="2026-01-01"), line(1006, mobile=line(1000)["mobile"]),
            line(1007, email=""),
        ],
    )  # fmt: skip
    code, out, _ = await run("people", "convalidate", str(file), *CONSENT)
    assert (code, out) == (1, "people: 1 imported, 1 unchanged, 7 rejected\n")
    with (tmp_path / "census.csv.rejected.csv").open(encoding="utf-8") as rejected:
        rows = list(csv.DictReader(rejected))
    assert [(row["line"], row["reason"]) for row in rows] == [
        ("2", "wrong-check-letter"), ("3", "invalid-fields birth_date"), ("4", "phone-in-use"),
        ("5", "repeated-in-file"), ("7", "document-expired"), ("8", "phone-in-use"),
        ("9", "invalid-email"),
    ]  # fmt: skip
    assert rows[0]["national_id"] == "00001001X"


async def test_who_only_logged_in_keeps_the_subject_id(
    world: World, run: Run, tmp_path: Path
) -> None:
    known = await subject_for(world.deps, "gateway", dni(1000), None, {})
    file = census(tmp_path / "census.csv", [line(1000), line(1001)])
    code, out, _ = await run("people", "convalidate", str(file), *CONSENT)
    assert (code, out) == (0, "people: 2 imported, 0 unchanged, 0 rejected\n")
    row = await world.deps.pool.fetchrow(
        "SELECT subject_id::text, status FROM person WHERE national_id = $1", dni(1000)
    )
    assert row is not None
    assert (row["subject_id"], row["status"]) == (known.subject_id, "registered")


async def test_parquet_reads_like_csv(world: World, run: Run, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    lines = [line(number) for number in range(1000, 1003)]
    table = pyarrow.Table.from_pylist(lines)
    at = table.schema.get_field_index("birth_date")
    dates = table["birth_date"].cast(pyarrow.date32())
    parquet.write_table(table.set_column(at, "birth_date", dates), tmp_path / "census.parquet")
    code, out, _ = await run("people", "convalidate", str(tmp_path / "census.parquet"), *CONSENT)
    assert (code, out) == (0, "people: 3 imported, 0 unchanged, 0 rejected\n")


@asynccontextmanager
async def stopped_at_the_second_chunk(world: World) -> AsyncIterator[None]:
    """Hold back every chunk but the first while the block lasts, as a slow database would.

    A worker that outlives its supervisor by a moment waits here too.
    """
    owner = await world.as_owner()
    await owner.execute("""
        CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM convalidation_chunk) THEN
                PERFORM pg_advisory_xact_lock(4711);
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER hold_back BEFORE INSERT ON convalidation_chunk
            FOR EACH ROW EXECUTE FUNCTION hold_back();
        SELECT pg_advisory_lock(4711);
    """)
    try:
        yield
    finally:
        await owner.execute("SELECT pg_advisory_unlock(4711)")
        await owner.execute("DROP TRIGGER hold_back ON convalidation_chunk")
        await owner.close()


async def test_a_killed_run_is_taken_up_where_it_was(
    world: World, command_environment: dict[str, str], run: Run, tmp_path: Path
) -> None:
    people = 2_200
    file = census(tmp_path / "census.csv", [line(number) for number in range(people)])
    arguments = ("people", "convalidate", str(file), *CONSENT)
    async with stopped_at_the_second_chunk(world):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "clavis_registry", *arguments,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **command_environment},
        )  # fmt: skip
        await until(lambda: count(world, "convalidation_chunk"), "the first chunk")
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert await count(world, "person") == 1001  # a whole chunk, and the officer
    code, out, err = await run(*arguments)
    assert (code, out, err) == (
        0,
        f"people: {people} imported, 0 unchanged, 0 rejected\n",
        progress(people),
    )
    for table, rows in (("person", people + 1), ("contact", people), ("document", people),
                        ("evidence", people), ("outbox", 2 * people)):  # fmt: skip
        assert await count(world, table) == rows, table
    while await seal_batch(world.deps):
        pass
    report = await verify(world.deps, public_keys(world.deps.keys.checkpoint))
    assert report.intact, report.where


async def test_the_same_chunk_at_once_is_entered_once(world: World) -> None:
    async with world.deps.transaction() as unit:
        begun = await unit.convalidations.obtain_run(world.deps.new_id(), "hash", "ref", 10, NOW)
    candidates = [census_files.candidate(n + 1, line(n)) for n in range(10)]
    chunk = Chunk(begun.run_id, 0, REFERENCE, candidates)
    outcomes = await asyncio.gather(*(enter_chunk(world.deps, chunk) for _ in range(4)))
    assert sorted(outcome is None for outcome in outcomes) == [False, True, True, True]
    assert await count(world, "person") == 11


async def test_a_phone_proved_at_the_same_time_is_not_taken_twice(world: World) -> None:
    async with world.deps.transaction() as unit:
        begun = await unit.convalidations.obtain_run(world.deps.new_id(), "hash", "ref", 10, NOW)
    shared = line(1)["mobile"]
    chunks = [
        Chunk(
            begun.run_id, at, REFERENCE, [census_files.candidate(at + 1, line(at, mobile=shared))]
        )
        for at in range(4)
    ]
    outcomes = await asyncio.gather(*(enter_chunk(world.deps, chunk) for chunk in chunks))
    assert sum(outcome.imported for outcome in outcomes if outcome) == 1
    assert await count(world, "contact") == 1


@pytest.mark.parametrize("header", ["a,b", ",".join(census_files.COLUMNS) + ",more"])
async def test_a_file_of_another_kind_is_refused_whole(
    world: World, run: Run, tmp_path: Path, header: str
) -> None:
    (tmp_path / "census.csv").write_text(header + "\n1,2\n")
    code, out, err = await run("people", "convalidate", str(tmp_path / "census.csv"), *CONSENT)
    assert (code, out) == (1, "")
    assert err.startswith("registry: census.csv needs the columns national_id,")
    assert await count(world, "person") == 1
