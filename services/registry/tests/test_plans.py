"""Every statement of the registry reads tables that grow with the people by an index."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clavis_registry.store
import pytest
from clavis_kit.db import open_pool
from clavis_testkit.service_databases import DatabaseFactory

STORE = Path(clavis_registry.store.__file__).parent
# They grow with the people or with what people do.
LARGE = frozenset(
    {
        "person", "document", "contact", "activation_code", "death_notice", "evidence",
        "audit_event", "lookup", "renunciation", "enrolment", "phone_code", "trail", "checkpoint",
        "redaction", "sealed_document", "certificate_revocation_request", "postal_address",
        "census_record", "letter_request", "letter", "way_in_try", "online_enrolment",
        "video_appointment", "video_case", "contact_change", "held_certificate",
        "convalidation_rejection", "letter_renunciation", "video_recording", "approval",
    }
)  # fmt: skip
_VERBS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


def sql_of(node: ast.expr, names: dict[str, Any]) -> str | None:
    """Read a literal, an f-string of the module's own constants, or nothing."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        if isinstance(inner, ast.Name) and isinstance(names.get(inner.id), str):
            parts.append(names[inner.id])
        elif isinstance(inner, ast.Constant):
            parts.append(str(inner.value))
        else:
            return None
    return "".join(parts)


def statements() -> Iterator[tuple[str, str]]:
    """Collect every statement written in a store, with its place."""
    for path in sorted(STORE.glob("*.py")):
        module = importlib.import_module(f"clavis_registry.store.{path.stem}")
        fragments = [value for name, value in vars(module).items() if name.startswith("_")]
        tree = ast.parse(path.read_text())
        pieces = {
            id(piece)
            for text in ast.walk(tree)
            if isinstance(text, ast.JoinedStr)
            for piece in ast.walk(text)
            if piece is not text
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.expr) or id(node) in pieces:
                continue
            sql = sql_of(node, vars(module))
            if sql and _VERBS.match(sql) and sql not in fragments:
                yield f"{path.stem}:{node.lineno}", sql


FOUND = list(statements())
# The extended protocol would ask for the values that a generic plan does without.
PREPARE = """
    CREATE FUNCTION pg_temp.plan_of(sql text) RETURNS json LANGUAGE plpgsql AS $$
    DECLARE plan json;
    BEGIN
        EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || sql INTO plan;
        RETURN plan;
    END $$;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET enable_mergejoin = off;
    SET enable_hashjoin = off;
"""
# They hold only what is open: an empty database takes them for the shortest way.
OPEN_WORK = {
    "video_appointment_person_key",
    "enrolment_unprinted_idx",
    "letter_request_open_idx",
    "letter_renunciation_open_idx",
    "approval_open_idx",
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def walks(plan: dict[str, Any]) -> Iterator[str]:
    """Find large tables that a plan reads from end to end."""
    bounded = plan["Node Type"] == "Limit"
    for below in plan.get("Plans", []):
        yield from () if bounded and _ordered(below) else walks(below)
    if plan.get("Relation Name") not in LARGE:
        return
    by_condition = plan.get("Index Cond") or plan.get("Recheck Cond") or plan.get("TID Cond")
    by_condition = by_condition or plan.get("Index Name") in OPEN_WORK
    if "Scan" in plan["Node Type"] and not by_condition:
        yield f"{plan['Node Type']} of {plan['Relation Name']}"


def _ordered(plan: dict[str, Any]) -> bool:
    # The first rows in the order of an index: no more are read than are asked for.
    return plan["Node Type"] in {"Index Scan", "Index Only Scan"} and "Filter" not in plan


def test_the_statements_are_there() -> None:
    assert len(FOUND) > 80
    assert any("FROM person" in sql for _, sql in FOUND)


async def test_no_statement_reads_a_large_table_from_end_to_end(
    database: DatabaseFactory,
) -> None:
    made = await database("registry")
    pool = await open_pool(made.owner_dsn, 1)
    found = []
    async with pool.acquire() as connection:
        await connection.execute(PREPARE)
        for place, sql in FOUND:
            plan = await connection.fetchval("SELECT pg_temp.plan_of($1)", sql)
            found += [f"{place}: {walk}" for walk in walks(plan[0]["Plan"])]
    await pool.close()
    assert not found, "\n".join(found)


# What a function of the schema counts, with its two arguments as a statement of its own has them.
COUNTS = """
    SELECT proname, replace(replace(substring(prosrc FROM 'RETURN \\((SELECT .*)\\);'),
                                    '= ' || proargnames[1], '= $1'),
                            '> ' || proargnames[2], '> $2') AS counting
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc ~ 'RETURN \\(SELECT'
"""


async def test_what_a_function_counts_it_finds_by_an_index(database: DatabaseFactory) -> None:
    pool = await open_pool((await database("registry")).owner_dsn, 1)
    async with pool.acquire() as connection:
        await connection.execute(PREPARE)
        counts = await connection.fetch(COUNTS)
        plans = {
            row["proname"]: await connection.fetchval("SELECT pg_temp.plan_of($1)", row["counting"])
            for row in counts
        }
    await pool.close()
    assert len(plans) >= 4
    assert {name: list(walks(plan[0]["Plan"])) for name, plan in plans.items()} == {
        name: [] for name in plans
    }


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("SELECT * FROM person WHERE national_id = $1", False),
        ("SELECT * FROM person WHERE first_surname = $1", True),
        ("SELECT count(*) FROM person", True),
        ("SELECT * FROM trail ORDER BY position DESC LIMIT 1", False),
        ("UPDATE contact SET email = $1 WHERE email = $2", True),
    ],
)
async def test_the_judge_tells_a_walk_from_a_look(
    database: DatabaseFactory, sql: str, bad: bool
) -> None:
    pool = await open_pool((await database("registry")).owner_dsn, 1)
    async with pool.acquire() as connection:
        await connection.execute(PREPARE)
        plan = await connection.fetchval("SELECT pg_temp.plan_of($1)", sql)
    await pool.close()
    assert bool(list(walks(plan[0]["Plan"]))) is bad
