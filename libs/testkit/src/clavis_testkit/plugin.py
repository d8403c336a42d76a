"""Pytest fixtures: real PostgreSQL, real brokers, a frozen clock. Registered by conftest.py."""

import gc
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from clavis_kit.clock import FrozenClock
from hypothesis import HealthCheck, settings

from clavis_testkit import loopback, patience, require
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.kafka import ApacheKafka, Broker, ExternalBroker, TansuBroker
from clavis_testkit.launchers.postgres import Postgres, open_postgres
from clavis_testkit.service_databases import Database, DatabaseFactory, ServiceDatabases

ROOT = Path(__file__).parents[4]
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

_BROKERS = (
    ["external"]
    if os.environ.get("KAFKA_BOOTSTRAP")
    else ["tansu", pytest.param("apache", marks=pytest.mark.kafka)]
)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Let forgotten objects go before the summary is written.

    CPython 3.11 fails when a finaliser runs while it parses, which the summary may make it do.
    """
    gc.collect()
    gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests on this machine, and the properties the same on every machine."""
    loopback.guard()
    patience.watch()
    _settle_properties(config)


def _settle_properties(config: pytest.Config) -> None:
    """Let Hypothesis try the same examples in every run, however slow the machine is.

    To look for new ones: ``pytest --hypothesis-profile=search --hypothesis-seed=1``.
    """
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "clavis", deadline=None, derandomize=True, database=None, suppress_health_check=slow
    )
    settings.register_profile(
        "search", deadline=None, max_examples=1000, database=None, suppress_health_check=slow
    )
    if not config.getoption("--hypothesis-profile", None):
        settings.load_profile("clavis")


@pytest.fixture
def frozen_clock() -> FrozenClock:
    """Give a clock that stands at noon of 10 March 2026 UTC until the test moves it."""
    return FrozenClock(NOON)


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """Make a directory for servers that the user PostgreSQL runs as can reach."""
    with tempfile.TemporaryDirectory(prefix="clavis-test-") as name:
        home = Path(name)
        home.chmod(0o755)
        yield home


@pytest.fixture(scope="session")
def postgres_server(server_home: Path) -> Iterator[Postgres]:
    """One PostgreSQL for the whole run: CLAVIS_TEST_DATABASE_URL, else the one from the wheel."""
    server = open_postgres(
        server_home / "postgres",
        admin_dsn=os.environ.get("CLAVIS_TEST_DATABASE_URL"),
        durable=False,
    )
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def service_databases(postgres_server: Postgres) -> Iterator[ServiceDatabases]:
    """Keep the templates of this run."""
    made = ServiceDatabases(postgres_server, ROOT / "services")
    yield made
    run_sync(made.drop_templates())


@pytest_asyncio.fixture
async def database(service_databases: ServiceDatabases) -> AsyncIterator[DatabaseFactory]:
    """Give fresh databases, one per call: the argument names the service."""
    names: list[str] = []

    async def create(service: str) -> Database:
        made = await service_databases.create(service)
        names.append(made.name)
        return made

    yield create
    await service_databases.drop(*names)


class Brokers:
    """The brokers of a test run, each started at its first use."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._started: dict[str, Broker] = {}

    def get(self, kind: str) -> Broker:
        """Return the running broker of this kind, or skip the test and say why."""
        if kind not in self._started:
            broker = self._open(kind)
            broker.start()
            self._started[kind] = broker
        return self._started[kind]

    def stop(self) -> None:
        """Stop those that were started."""
        for broker in self._started.values():
            broker.stop()

    def _open(self, kind: str) -> Broker:
        if kind == "external":
            return ExternalBroker(os.environ["KAFKA_BOOTSTRAP"])
        if kind == "apache":
            require.need("kafka", "events on a real Apache Kafka")
            return ApacheKafka(self._home / "kafka")
        return TansuBroker(self._home / "tansu")


@pytest.fixture(scope="session")
def brokers(server_home: Path) -> Iterator[Brokers]:
    """Start brokers on demand and stop them at the end of the run."""
    made = Brokers(server_home)
    yield made
    made.stop()


@pytest.fixture(scope="session", params=_BROKERS)
def broker(request: pytest.FixtureRequest, brokers: Brokers) -> Broker:
    """Give a running broker: the test runs on the embedded one and on real Apache Kafka."""
    return brokers.get(request.param)


@pytest.fixture(scope="session")
def embedded_broker(brokers: Brokers) -> Broker:
    """Give a running broker, whichever is quickest: for tests whose point is not the broker."""
    return brokers.get("external" if os.environ.get("KAFKA_BOOTSTRAP") else "tansu")
