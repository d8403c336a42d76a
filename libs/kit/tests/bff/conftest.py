"""A browser backend with a provider and APIs of its own beside it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import clavis_kit.bff
import httpx
import pytest
import pytest_asyncio
from clavis_kit.bff.app import create_bff_app
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.clock import FrozenClock
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import Postgres
from clavis_testkit.service_databases import ServiceDatabases
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, KeySet

from libs.kit.tests.bff.bff_world import ISSUER, PORTAL, Api, Hosts, Provider, World

TABLES = Path(clavis_kit.bff.__file__).parent / "tables.sql"
COOKIE = "__Host-Http-portal"


@pytest.fixture(scope="module")
def migrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("services") / "portal" / "migrations"
    directory.mkdir(parents=True)
    shutil.copy(TABLES, directory / "0200_pre_bff_session.sql")
    return directory


@pytest.fixture(scope="module")
def portal_databases(postgres_server: Postgres, migrations: Path) -> Iterator[ServiceDatabases]:
    made = ServiceDatabases(postgres_server, migrations.parents[1])
    yield made
    run_sync(made.drop_templates())


def _site(directory: Path) -> Path:
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<!doctype html><title>app</title>")
    (directory / "assets" / "app-HASH.js").write_text("start()")
    texts = '{"es":{"bff.continue.title":"Un momento","bff.continue.link":"Continuar"}}'
    (directory / "server-texts.json").write_text(texts)
    return directory


def _settings(directory: Path, dsn: str) -> tuple[BffSettings, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (directory / "key.pem").write_bytes(pem)
    (directory / "session.key").write_bytes(bytes(range(32)))
    settings = BffSettings(
        service_name="portal",
        database_url=dsn,
        port=1,
        public_url=PORTAL,
        service_key_file=directory / "key.pem",
        oidc_issuer=ISSUER,
        client_id="portal",
        session_cookie=COOKIE,
        bff_session_key_file=directory / "session.key",
        static_dir=_site(directory / "site"),
    )
    return settings, key


@pytest_asyncio.fixture
async def world(
    portal_databases: ServiceDatabases,
    migrations: Path,
    tmp_path: Path,
    frozen_clock: FrozenClock,
) -> AsyncIterator[World]:
    database = await portal_databases.create("portal")
    settings, key = _settings(tmp_path, database.dsn)
    provider, api = Provider(frozen_clock, KeySet([ECKey.import_key(key)])), Api()
    app = create_bff_app(
        settings,
        title="portal",
        upstreams=[
            Upstream("registry", "http://registry.test", "/citizen/v1/", max_body_bytes=1000),
            Upstream("signing", "http://nowhere.test", "/citizen/v1/"),
        ],
        links={"provider": ISSUER},
        migrations_dir=migrations,
        clock=frozen_clock,
        transport=Hosts({"id.test": provider.app(), "registry.test": api.app()}),
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=PORTAL) as browser,
    ):
        yield World(app, browser, provider, api, frozen_clock)
    await portal_databases.drop(database.name)
