"""Roles and databases on a running server, made the same way for the demo and for the tests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


def role_password(secret: bytes, role: str) -> str:
    """Derive the password of a role, so that every start of a cluster knows it again."""
    return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()


def dsn_for(admin_dsn: str, database: str, user: str, password: str) -> str:
    """Return the address of `database` as `user` on the server of `admin_dsn`."""
    parts = urlsplit(admin_dsn)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


async def ensure_role(connection: asyncpg.Connection[Any], role: str, password: str) -> None:
    """Create the login role, or give an existing one this password."""
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(f"{verb} ROLE {_identifier(role)} LOGIN PASSWORD '{password}'")


async def ensure_database(
    admin_dsn: str, name: str, owner_role: str, runtime_role: str, secret: bytes
) -> None:
    """Create the database and its two roles where they are missing.

    The owner migrates; the runtime role may connect and gets its rights table by table from the
    migrations. Nobody else may connect.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        for role in (owner_role, runtime_role):
            await ensure_role(connection, role, role_password(secret, role))
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await create_database(connection, name, owner_role)
        await restrict_connections(connection, name, runtime_role)
    finally:
        await connection.close()


async def create_database(
    connection: asyncpg.Connection[Any], name: str, owner_role: str, template: str = "template1"
) -> None:
    """Create a database that belongs to `owner_role`, as a copy of `template`."""
    # An administrator that is no superuser must be a member of the role it gives a database to.
    await connection.execute(f"GRANT {_identifier(owner_role)} TO CURRENT_USER")
    await connection.execute(
        f"CREATE DATABASE {_identifier(name)} OWNER {_identifier(owner_role)}"
        f" TEMPLATE {_identifier(template)}"
    )


async def restrict_connections(
    connection: asyncpg.Connection[Any], name: str, runtime_role: str
) -> None:
    """Let only the owner and the runtime role connect to the database."""
    await connection.execute(f"REVOKE ALL ON DATABASE {_identifier(name)} FROM PUBLIC")
    await connection.execute(
        f"GRANT CONNECT ON DATABASE {_identifier(name)} TO {_identifier(runtime_role)}"
    )


async def check(admin_dsn: str) -> None:
    """Ask the server something; what asyncpg raises when it does not answer."""
    connection = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        await connection.execute("SELECT 1")
    finally:
        await connection.close()


async def forget_database(admin_dsn: str, name: str) -> None:
    """Drop a database that `ensure_database` made; its roles stay."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await drop_database(connection, name)
    finally:
        await connection.close()


async def drop_database(connection: asyncpg.Connection[Any], name: str) -> None:
    """Drop the database, ending the connections to it."""
    await connection.execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")


T = TypeVar("T")


def run_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from synchronous code, whether or not a loop is running here."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def _identifier(name: str) -> str:
    """Quote a name for SQL text: ours are plain lower-case words."""
    if not _NAME.match(name):
        raise ValueError(f"not a plain database or role name: {name!r}")
    return f'"{name}"'
