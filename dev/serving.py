"""Runs one or several small applications of the demo in one process until SIGTERM or SIGINT."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_GRACE_SECONDS = 2


class _Server(uvicorn.Server):
    """A server that leaves signals to us: several share one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(apps: Sequence[tuple[FastAPI, int]], host: str) -> None:
    servers = [
        _Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        for app, port in apps
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))


def serve_all(apps: Sequence[tuple[FastAPI, int]], host: str = "127.0.0.1") -> None:
    """Serve each application on its port; returns when the process is told to stop."""
    asyncio.run(_serve(apps, host))
