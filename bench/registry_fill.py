"""A registry full of made-up people: written as fast as PostgreSQL takes them, then indexed."""

from dataclasses import dataclass
from typing import Any

TABLES = ("person", "document", "contact", "activation_code", "evidence", "audit_event")
LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"

# $1 people, numbered from 1. Keys are spread as random ones are.
_FILL = (
    """
    INSERT INTO person (subject_id, national_id, national_id_hash, given_name, first_surname,
                        second_surname, birth_date, language, status, level, channel, enrolled_at,
                        last_strong_identification_at, version, contact_version, created_at)
    SELECT md5('s' || i)::uuid, lpad(i::text, 8, '0') || substr('{letters}', i % 23 + 1, 1),
           encode(sha256(('n' || i)::bytea), 'hex'), 'María José', 'García', 'Fernández',
           date '1950-01-01' + i % 20000, 'es', 'registered', 'advanced', 'office',
           timestamptz '2020-01-01' + i % 2000 * interval '1 day', timestamptz '2024-01-01', 1, 1,
           timestamptz '2020-01-01'
      FROM generate_series(1, {people}) AS i
    """,
    """
    INSERT INTO document (document_id, subject_id, kind, issued_on, expires_on, checked_at)
    SELECT md5('d' || i)::uuid, md5('s' || i)::uuid, 'dni', date '2022-01-01', date '2032-01-01',
           timestamptz '2024-01-01'
      FROM generate_series(1, {people}) AS i
    """,
    """
    INSERT INTO contact (subject_id, email, mobile, phone_verified_at)
    SELECT md5('s' || i)::uuid, 'persona' || i || '@example.org', '+346' || lpad(i::text, 8, '0'),
           timestamptz '2024-01-01'
      FROM generate_series(1, {people}) AS i
    """,
    """
    INSERT INTO activation_code (activation_code_id, subject_id, code_hash, state, issued_at)
    SELECT md5('c' || i)::uuid, md5('s' || i)::uuid, encode(sha256(('c' || i)::bytea), 'hex'),
           'active', timestamptz '2024-01-01'
      FROM generate_series(1, {people}) AS i
    """,
    """
    INSERT INTO evidence (subject_id, kind, facts, recorded_at)
    SELECT md5('s' || i)::uuid, 'enrolment',
           '{{"channel": "office", "present": true, "document_checked": true}}',
           timestamptz '2024-01-01'
      FROM generate_series(1, {people}) AS i
    """,
    """
    INSERT INTO audit_event (subject_id, actor_kind, action, facts, at)
    SELECT md5('s' || i)::uuid, 'officer', 'enrolled', '{{}}', timestamptz '2024-01-01'
      FROM generate_series(1, {people}) AS i
    """,
)


def national_id(number: int) -> str:
    """Return the DNI of a made-up person."""
    return f"{number:08}{LETTERS[number % 23]}"


@dataclass(frozen=True)
class Size:
    """What a registry takes on disk."""

    people: int
    bytes_per_person: dict[str, float]


async def fill(owner: Any, people: int) -> Size:
    """Enter people and return what they take, indexes included."""
    async with _bare(owner):
        for statement in _FILL:
            await owner.execute(statement.format(people=people, letters=LETTERS))
    for table in TABLES:
        await owner.execute(f"VACUUM (ANALYZE, FREEZE) {table}")
    taken = {
        table: await owner.fetchval("SELECT pg_total_relation_size($1::regclass)", table) / people
        for table in TABLES
    }
    return Size(people, {name: round(size, 1) for name, size in taken.items()})


class _bare:  # noqa: N801  used as a context manager
    """Without keys, indexes and triggers while rows come in; made again at the end."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._made: list[str] = []

    async def __aenter__(self) -> None:
        keys = await self._owner.fetch(_KEYS, list(TABLES))
        indexes = await self._owner.fetch(_INDEXES, list(TABLES))
        for key in keys:
            await self._owner.execute(
                f"ALTER TABLE {key['relation']} DROP CONSTRAINT {key['name']}"
            )
        for index in indexes:
            await self._owner.execute(f"DROP INDEX {index['name']}")
        for table in TABLES:
            await self._owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self._made = [row["definition"] for row in indexes]
        self._made += [
            f"ALTER TABLE {key['relation']} ADD CONSTRAINT {key['name']} {key['definition']}"
            for key in reversed(keys)
        ]

    async def __aexit__(self, *_: object) -> None:
        await self._owner.execute("SET maintenance_work_mem = '1GB'")
        for statement in self._made:
            await self._owner.execute(statement)
        for table in TABLES:
            await self._owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# Foreign keys first when dropping, last when making; also those of other tables to these.
_KEYS = """
    SELECT conrelid::regclass::text AS relation, quote_ident(conname) AS name,
           pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE contype IN ('p', 'u', 'f')
       AND (conrelid = ANY ($1::text[]::regclass[]) OR confrelid = ANY ($1::text[]::regclass[]))
     ORDER BY contype = 'f' DESC, contype DESC
"""
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
      FROM pg_index
     WHERE indrelid = ANY ($1::text[]::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint
                        WHERE conindid = indexrelid AND contype IN ('p', 'u'))
"""
