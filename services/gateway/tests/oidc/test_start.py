"""The whole process: it starts on a migrated database, answers, and stops."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from clavis_gateway.app import create_app
from clavis_gateway.settings import GatewaySettings
from clavis_kit.settings import KeyFileError
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.service_databases import Database
from pydantic import ValidationError

from services.gateway.tests.oidc.gateway_world import ISSUER


def settings(made: Database, keys: dict[str, Path], **changes: object) -> GatewaySettings:
    values = {
        "database_url": made.dsn, "kafka_bootstrap": "127.0.0.1:1", "public_url": ISSUER,
        "registry_url": "http://127.0.0.1:1", "pin_url": "http://127.0.0.1:1",
        "permanent_url": "http://127.0.0.1:1", **keys,
    } | changes  # fmt: skip
    return GatewaySettings(**values)


async def test_it_starts_answers_and_stops(
    gateway_database: Database, gateway_keys: dict[str, Path], embedded_broker: Broker
) -> None:
    app = create_app(
        settings(
            gateway_database, gateway_keys,
            kafka_bootstrap=embedded_broker.bootstrap, kafka_create_topics=True,
        )
    )  # fmt: skip
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=ISSUER) as http,
    ):
        assert (await http.get("/health/ready")).status_code == 200
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/jwks")).json()["keys"]
        assert (await http.get("/internal/jwks.json")).json()["keys"]
        assert b"clavis_backchannel_logouts" in (await http.get("/metrics")).content
        paths = (await http.get("/openapi.json")).json()["paths"]
        assert {"/authorize", "/token", "/citizen/v1/sessions"} <= paths.keys()


def test_a_missing_key_file_stops_the_start_with_a_sentence(
    gateway_database: Database, gateway_keys: dict[str, Path], tmp_path: Path
) -> None:
    wrong = gateway_keys | {"pairwise_key_file": tmp_path / "none.key"}
    with pytest.raises(KeyFileError, match=r"none\.key"):
        create_app(settings(gateway_database, wrong))


@pytest.mark.parametrize(
    "url", ["http://gateway.test", "https://gateway.test/", "https://gateway.test?x=1"]
)
def test_discovery_3_an_issuer_that_cannot_be_one_is_refused(
    gateway_database: Database, gateway_keys: dict[str, Path], url: str
) -> None:
    with pytest.raises(ValidationError):
        settings(gateway_database, gateway_keys, public_url=url)
