"""One instance of the PIN service held to one core, its neighbours, and people in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import psutil
from aiohttp import web
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.national_id import check_letter
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_pin.settings import PinSettings
from clavis_testkit.launchers.process import free_port
from clavis_testkit.service_processes import instance
from cryptography.hazmat.primitives.asymmetric import ec

from services.pin.tests.world import write_key_files

CONTRAST = "2031-05-17"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody to send a PIN to."""

    national_id: str
    phone: str
    source: str


@dataclass
class Bench:
    """One instance of the service, its people, and the way to call it."""

    url: str
    http: aiohttp.ClientSession
    signer: ServiceTokenSigner
    messages: list[Document]
    server: psutil.Process

    async def post(self, path: str, document: Document) -> Document:
        """Post with the gateway's token and return the answer."""
        headers = self.signer.headers("pin")
        async with self.http.post(self.url + path, json=document, headers=headers) as answer:
            found: Document = await answer.json()
            return found

    async def ask(self, citizen: Citizen, contrast: str = CONTRAST) -> Document:
        """Ask for a PIN and return the answer."""
        return await self.post("/v1/pins", {
            "national_id": citizen.national_id, "contrast": contrast, "relying_party": "bench",
            "language": "es", "source": citizen.source,
        })  # fmt: skip


def citizens(count: int, first: int) -> list[Citizen]:
    """Make people with numbers, phones and networks of their own."""
    return [
        Citizen(
            f"{number:08}{check_letter(number)}",
            f"+346{number:08}",
            f"10.{number // 250 % 250}.{number % 250}.1",
        )
        for number in range(first, first + count)
    ]


async def enter(dsn: str, settings: PinSettings, people: list[Citizen], *, frozen: bool) -> None:
    """Write people as the events of the registry would have."""
    number, contrast = (
        KeyedHash.from_file(file)
        for file in (settings.national_id_key_file, settings.contrast_key_file)
    )
    rows = []
    for person in people:
        subject = new_id()
        rows.append((subject, number.of(person.national_id), "advanced", "active", True, 1,
                     person.phone, contrast.bound(subject, CONTRAST), "es", 1, frozen))  # fmt: skip
    connection = await asyncpg.connect(dsn)
    await connection.copy_records_to_table("person", records=rows, columns=[
        "subject_id", "national_id_hash", "level", "status", "phone_verified", "person_version",
        "phone", "contrast_hash", "language", "contact_version", "frozen",
    ])  # fmt: skip
    await connection.execute("ANALYZE person")
    await connection.close()


@asynccontextmanager
async def outside(signer: ServiceTokenSigner, messages: list[Document]) -> AsyncIterator[str]:
    """Publish the gateway's keys and take messages as a quick provider does."""

    async def take(request: web.Request) -> web.Response:
        messages.append(await request.json())
        return web.json_response({}, status=202)

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(signer.jwks)

    app = web.Application()
    app.add_routes([web.post("/api/messages", take), web.get("/gateway", keys)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def settings_of(dsn: str, directory: Path, url: str) -> PinSettings:
    """Return the settings of an instance whose neighbours all answer at one address."""
    values: Document = {
        "database_url": dsn,
        "kafka_bootstrap": "127.0.0.1:1",
        "port": 1,
        "public_url": "http://pin.bench",
        "app_url": "http://portal.bench/app/",
        "oidc_issuer": url,
        "sms_webhook_url": f"{url}/api/messages",
        "trusted_callers": {"gateway": f"{url}/gateway"},
        "log_level": "WARNING",
        **write_key_files(directory),
    }
    return PinSettings(**values)


@asynccontextmanager
async def service(
    dsn: str, directory: Path, people: list[Citizen], frozen: list[Citizen]
) -> AsyncIterator[Bench]:
    """Run one instance on the last core."""
    signer = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), SystemClock())
    messages: list[Document] = []
    async with outside(signer, messages) as url:
        settings = settings_of(dsn, directory, url)
        await enter(dsn, settings, people, frozen=False)
        await enter(dsn, settings, frozen, frozen=True)
        before = {child.pid for child in psutil.Process().children()}
        async with (
            instance(settings, directory / "pin.log") as client,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as http,
        ):
            [server] = [c for c in psutil.Process().children() if c.pid not in before]
            server.cpu_affinity([(psutil.cpu_count() or 1) - 1])
            yield Bench(str(client.base_url).rstrip("/"), http, signer, messages, server)
