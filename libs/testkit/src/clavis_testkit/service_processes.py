"""Real processes of a service, as an operator starts them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from clavis_kit.settings import ServiceSettings

from clavis_testkit.launchers.process import free_port

START_SECONDS = 120.0
CommandLine = tuple[int, str, str]


def environment(settings: ServiceSettings, **changes: Any) -> dict[str, str]:
    """Spell settings as an operator does."""
    values = settings.model_dump(mode="json", exclude_none=True) | changes
    named = {
        f"CLAVIS_{settings.service_name.upper()}_{name.upper()}": _spelt(value)
        for name, value in values.items()
    }
    return dict(os.environ) | named


def _spelt(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)


async def command(settings: ServiceSettings, *arguments: str, **changes: Any) -> CommandLine:
    """Run a verb to its end and return its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"clavis_{settings.service_name}",
        *arguments,
        env=environment(settings, **changes),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def instance(settings: ServiceSettings, log: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Serve on a port of its own and give a client of it."""
    port = free_port()
    with log.open("wb") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"clavis_{settings.service_name}",
            "serve",
            env=environment(settings, port=port),
            stdout=lines,
            stderr=lines,
        )
    limits = httpx.Limits(max_connections=60)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(process.wait)
        stack.callback(process.terminate)
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits)
        )
        await _ready(client, process, log)
        yield client


async def _ready(client: httpx.AsyncClient, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while process.returncode is None:
            try:
                if (await client.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the service ended: see {log}")
