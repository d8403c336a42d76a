"""``make compose``: the secrets and files that docker-compose.yml mounts, made once.

Everything lies under ``.demo/compose``. What containers of our own read belongs to the person who
starts them (they run under that user id) and is closed to others. PostgreSQL runs as its own user:
its two files are readable, inside a directory that is not.
"""

import secrets
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from dev.keys import ensure_keys, write_private
from dev.layout import Layout, from_environment
from dev.pki import ensure_certificates
from dev.seed.clients import write_clients
from dev.seed.newcomers import address_lines, census_lines, demo_newcomers
from dev.seed.offices import office_lines
from dev.seed.people import SeedPerson, demo_people
from dev.seed.registry import people_document
from dev.services import CORE, DEFAULT_PORT_BASE

_READABLE = 0o644


def prepare(directory: Path) -> Layout:
    """Make what is missing; the ports of compose are fixed, so the base is the default one."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    layout = Layout(DEFAULT_PORT_BASE, directory)
    for name in ("keys", "clients", "messages", "public"):
        layout.file(name).mkdir(exist_ok=True)
    ensure_keys(directory)
    ensure_certificates(layout)
    write_clients(layout)
    write_private(layout.file("people.json"), people_document(_people()).encode())
    newcomers = demo_newcomers()
    write_private(layout.file("census.jsonl"), census_lines(newcomers).encode())
    addresses = address_lines([*newcomers, *_people()])
    write_private(layout.file("addresses.jsonl"), addresses.encode())
    write_private(layout.file("offices.jsonl"), office_lines().encode())
    if not layout.file("keys", "pgpass").exists():
        _write_database_secrets(layout)
    return layout


def _write_database_secrets(layout: Layout) -> None:
    """Give every role a password: to PostgreSQL as SQL, to our processes as a password file."""
    passwords = {
        role: secrets.token_urlsafe(24)
        for service in CORE
        for role in (f"{service.database}_owner", str(service.database))
    }
    statements = [roles_sql(str(service.database), passwords) for service in CORE]
    _write_readable(layout.file("public", "roles.sql"), "\n".join(statements))
    _write_readable(layout.file("public", "postgres-password"), secrets.token_urlsafe(24))
    lines = [f"postgres:5432:*:{role}:{password}" for role, password in passwords.items()]
    write_private(layout.file("keys", "pgpass"), ("\n".join(lines) + "\n").encode())


def roles_sql(database: str, passwords: dict[str, str]) -> str:
    """Create one service's roles and database: the owner migrates, the other only works."""
    owner = f"{database}_owner"
    return (
        f"CREATE ROLE {owner} LOGIN PASSWORD '{passwords[owner]}';\n"
        f"CREATE ROLE {database} LOGIN PASSWORD '{passwords[database]}';\n"
        f"CREATE DATABASE {database} OWNER {owner};\n"
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n"
        f"GRANT CONNECT ON DATABASE {database} TO {database};\n"
    )


def _write_readable(path: Path, text: str) -> None:
    write_private(path, text.encode())
    path.chmod(_READABLE)


def _people() -> list[SeedPerson]:
    return demo_people(datetime.now(UTC).date())


def main() -> int:
    """Prepare ``.demo/compose`` and say how to go on."""
    directory = from_environment().directory / "compose"
    try:
        prepare(directory)
    except OSError as error:
        print(f"Cannot write in {error.filename}: {error.strerror}.")
        return 1
    print(f"Secrets for docker compose are in {directory}. People who can activate a password:")
    for person in _people():
        if person.activation_code:
            print(
                f"  {person.national_id}  {person.contrast:10}  {person.activation_code}  "
                f"{person.email}  {person.name}"
            )
    if shutil.which("docker") is None:
        print("Docker is not installed here: copy the checkout to where it is.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
