"""The operator's verbs for clients: `client apply FILE` and `client add FILE`."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import asyncpg
from clavis_kit.clock import SystemClock
from clavis_kit.db import Pool, open_pool
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.settings import load
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.registration.actions import Registrar, apply
from clavis_gateway.registration.keys import public_keys
from clavis_gateway.store.tokens import load_client


class ClientCommandSettings(BaseSettings):
    """What the client verbs need, and nothing else."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_GATEWAY_", frozen=True, extra="ignore")

    database_url: str = Field(description="DSN of the runtime role")
    public_url: str = Field(description="the issuer")
    client_secret_key_file: Path = Field(description="makes what is kept of client secrets")

    def registrar(self) -> Registrar:
        """Write in the name of who runs the command. Raises KeyFileError."""
        key = KeyedHash.from_file(self.client_secret_key_file)
        actor = f"cli:{getpass.getuser()}"
        return Registrar(self.public_url, key, SystemClock(), new_id, new_secret, actor)


def apply_clients(arguments: Namespace) -> int:
    """Bring clients to what a file says: one description or a list. Returns the exit code."""
    return _run(arguments.file, _apply)


def add_client(arguments: Namespace) -> int:
    """Register a new client, making what it lacks, and print that once. Returns the exit code."""
    return _run(arguments.file, _add)


def _run(file: Path, work: Any) -> int:
    settings = load(ClientCommandSettings)
    try:
        descriptions = read_descriptions(file)
        return asyncio.run(_with_pool(settings, descriptions, work))
    except (MetadataError, ValueError, OSError, asyncpg.PostgresError) as error:
        sys.stderr.write(f"{file.name}: {error}\n")
        return 1


async def _with_pool(
    settings: ClientCommandSettings, descriptions: list[dict[str, Any]], work: Any
) -> int:
    registrar = settings.registrar()
    pool = await open_pool(settings.database_url, 1)
    try:
        for description in descriptions:
            await work(pool, registrar, description)
    finally:
        await pool.close()
    return 0


def read_descriptions(file: Path) -> list[dict[str, Any]]:
    """Read a JSON file; `jwks_file` is replaced by the key set it names, relative to the file."""
    content = json.loads(file.read_text(encoding="utf-8"))
    descriptions = content if isinstance(content, list) else [content]
    for description in descriptions:
        if not isinstance(description, dict):
            raise MetadataError("a client must be a JSON object")
        named = description.pop("jwks_file", None)
        if named is not None:
            description["jwks"] = public_keys(json.loads((file.parent / named).read_text()))
    return descriptions


async def _apply(pool: Pool, registrar: Registrar, description: dict[str, Any]) -> None:
    changed = await apply(registrar, pool, description)
    sys.stdout.write(f"{description['client_id']}: {', '.join(changed) or 'unchanged'}\n")


async def _add(pool: Pool, registrar: Registrar, description: dict[str, Any]) -> None:
    made = {}
    if "client_id" not in description:
        made["client_id"] = new_id()
    method = description.get("token_endpoint_auth_method", "client_secret_basic")
    if method in SECRET_METHODS and "client_secret" not in description:
        made["client_secret"] = new_secret()
    complete = description | made
    if await load_client(pool, str(complete["client_id"])) is not None:
        raise MetadataError(f"{complete['client_id']} exists already; use `client apply`")
    await apply(registrar, pool, complete)
    printed = {name: complete[name] for name in ("client_id", "client_secret") if name in complete}
    sys.stdout.write(json.dumps(printed) + "\n")
