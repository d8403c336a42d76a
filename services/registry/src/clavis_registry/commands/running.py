"""How a verb of the command line opens the registry, and what it says when that fails."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import asyncpg
from clavis_kit.errors import ServiceError
from clavis_kit.settings import KeyFileError, load

from clavis_registry.app import opened
from clavis_registry.deps import Deps
from clavis_registry.settings import RegistrySettings

Work = Callable[[Deps], Awaitable[int]]


class FileError(ValueError):
    """A file as a whole cannot be read; the message is a sentence."""


def run(work: Work) -> int:
    """Open the registry, work, and turn what can go wrong into one sentence."""

    async def opened_work() -> int:
        async with opened(load(RegistrySettings)) as deps:
            return await work(deps)

    try:
        return asyncio.run(opened_work())
    except ServiceError as error:
        sys.stderr.write(f"registry: {error.detail or error.code} ({error.code})\n")
    except (FileError, KeyFileError) as error:
        sys.stderr.write(f"registry: {error}\n")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.stderr.write(f"registry: the database does not answer: {type(error).__name__}\n")
    return 1
