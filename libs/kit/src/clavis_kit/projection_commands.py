"""The verbs with which an operator checks a projection: `projection checksum` and `rebuild`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

import asyncpg
from aiokafka.errors import KafkaError

from clavis_kit import logging
from clavis_kit.db import Connection
from clavis_kit.projection import IncompleteTopicsError, Projection, compared, put_right
from clavis_kit.replay import Replay, replaying, shadowed
from clavis_kit.settings import KeyFileError, ServiceSettings

_PATIENCE_SECONDS = 10
_LOOK_SECONDS = 0.5
Opened = tuple[ServiceSettings, Projection]
Work = Callable[[Connection, Replay, Projection, argparse.Namespace], Awaitable[int]]


def add_projection(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", load: Callable[[], Opened]
) -> None:
    """Add `projection checksum|rebuild`. `load` reads the settings and makes the projection."""
    parser = verbs.add_parser("projection", help="what this service knows from events")
    actions = parser.add_subparsers(required=True)
    checking = actions.add_parser("checksum", help="compare with one made anew; 1 if they differ")
    checking.add_argument(
        "--patience", type=int, default=_PATIENCE_SECONDS, metavar="SECONDS",
        help="how long the one in use may take to agree",
    )  # fmt: skip
    checking.set_defaults(run=_runner(load, checksum))
    making = actions.add_parser("rebuild", help="put right from the topics, while logins go on")
    making.add_argument(
        "--accept-loss", action="store_true", help="although the topics know less than we do"
    )
    making.set_defaults(run=_runner(load, rebuild))


def _runner(load: Callable[[], Opened], work: Work) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        try:
            settings, projection = load()
            logging.configure(settings.service_name, settings.log_level)
            return asyncio.run(_with_topics(settings, projection, work, arguments))
        except (
            KeyFileError, IncompleteTopicsError, KafkaError, OSError, asyncpg.PostgresError
        ) as error:  # fmt: skip
            sys.stderr.write(f"projection: {error}\n")
            return 2

    return run


async def _with_topics(
    settings: ServiceSettings, projection: Projection, work: Work, arguments: argparse.Namespace
) -> int:
    # The service itself may not make tables, not even temporary ones.
    dsn = settings.migration_database_url or settings.database_url
    async with (
        shadowed(dsn) as connection,
        replaying(settings.kafka_bootstrap, projection.topics, projection.handlers) as replay,
    ):
        return await work(connection, replay, projection, arguments)


async def checksum(
    connection: Connection, replay: Replay, projection: Projection, arguments: argparse.Namespace
) -> int:
    """Compare until both agree: the one in use may have events under way. 1 if they never do."""
    looks = int(arguments.patience / _LOOK_SECONDS)
    found = await compared(connection, replay, projection)
    for _ in range(looks):
        if found.equal:
            break
        await asyncio.sleep(_LOOK_SECONDS)
        found = await compared(connection, replay, projection)
    sys.stdout.write(
        f"in use    {found.in_use}\nmade anew {found.made_anew}\n"
        f"{found.rows} rows from {replay.applied} events, {found.different} different\n"
    )
    return 0 if found.equal else 1


async def rebuild(
    connection: Connection, replay: Replay, projection: Projection, arguments: argparse.Namespace
) -> int:
    """Put the projection right and say how many rows it took."""
    changed = await put_right(connection, replay, projection, accept_loss=arguments.accept_loss)
    sys.stdout.write(f"{changed} rows put right from {replay.applied} events\n")
    return 0
