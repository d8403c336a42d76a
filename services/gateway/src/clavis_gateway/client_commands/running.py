"""What every verb of `client` does around its work: settings, database, faults as sentences."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from clavis_kit.clock import SystemClock
from clavis_kit.db import Pool, open_pool
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.settings import load
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration.actions import Registrar, VersionError
from clavis_gateway.store import relying_parties
from clavis_gateway.store.relying_parties import Registration


class ClientCommandSettings(BaseSettings):
    """What the client verbs need, and nothing else."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_GATEWAY_", frozen=True, extra="ignore")

    database_url: str = Field(description="DSN of the runtime role")
    public_url: str = Field(description="the issuer")
    client_secret_key_file: Path = Field(description="makes what is kept of client secrets")
    national_id_key_file: Path | None = Field(
        default=None, description="only for testers named by national identity number"
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What a verb works with."""

    pool: Pool
    registrar: Registrar
    settings: ClientCommandSettings

    async def found(self, client_id: str) -> Registration:
        """Read a registration. Raises MetadataError when there is none."""
        registration = await relying_parties.find(self.pool, client_id)
        if registration is None:
            raise MetadataError(f"no relying party {client_id} is registered")
        return registration


def say(*lines: str) -> None:
    """Print lines for the operator."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def run(work: Callable[[Work], Awaitable[int | None]], *, about: str = "client") -> int:
    """Run a verb and return its exit code; whatever is refused is told in a sentence."""
    settings = load(ClientCommandSettings)
    try:
        return asyncio.run(_with_pool(settings, work)) or 0
    except VersionError:
        fault = "somebody else changed it meanwhile; try again"
    except (ValueError, OSError, asyncpg.PostgresError) as error:
        fault = str(error)
    sys.stderr.write("".join(f"{about}: {line}\n" for line in fault.splitlines()))
    return 1


async def _with_pool(
    settings: ClientCommandSettings, work: Callable[[Work], Awaitable[int | None]]
) -> int | None:
    key = KeyedHash.from_file(settings.client_secret_key_file)
    actor = f"cli:{getpass.getuser()}"
    registrar = Registrar(settings.public_url, key, SystemClock(), new_id, new_secret, actor)
    pool = await open_pool(settings.database_url, 1)
    try:
        return await work(Work(pool, registrar, settings))
    finally:
        await pool.close()
