"""A PIN service on a real database, a provider that takes its messages, and people in it."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.clock import FrozenClock
from clavis_kit.db import Pool
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.sealed import seal
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_pin.consumers import handlers
from clavis_pin.deps import Deps
from clavis_pin.settings import PinSettings
from clavis_testkit.key_files import draw_keys, draw_secrets
from clavis_testkit.outside import Outside
from google.protobuf.message import Message
from joserfc.jwk import ECKey, KeySet

ANA = "12345678Z"
BEN = "X1234567L"
ANA_CONTRAST = "2031-05-17"
BEN_CONTRAST = "E01234567"
RESEND = timedelta(seconds=60)
SECRETS = ("national_id_key_file", "contrast_key_file", "pin_pepper_file", "app_key_file")
KEYS = ("contact_key_file", "service_key_file", "vapid_key_file")


def write_key_files(directory: Path) -> dict[str, Path]:
    return draw_secrets(directory, SECRETS) | draw_keys(directory, KEYS)


@dataclass
class World:
    """What a test does to the service and sees of it."""

    client: httpx.AsyncClient
    pool: Pool
    clock: FrozenClock
    outside: Outside
    settings: PinSettings
    signers: dict[str, ServiceTokenSigner]
    deps: Deps
    versions: dict[str, int] = field(default_factory=dict)

    def token(self, caller: str = "gateway", audience: str = "pin") -> dict[str, str]:
        return self.signers[caller].headers(audience)

    async def post(self, path: str, document: Any, **headers: str) -> httpx.Response:
        # Written as ASCII, so that a lone surrogate can be sent too.
        headers = self.token() | {"content-type": "application/json"} | headers
        return await self.client.post(path, content=json.dumps(document), headers=headers)

    async def ask(self, **changes: Any) -> dict[str, Any]:
        document = {
            "national_id": ANA,
            "contrast": ANA_CONTRAST,
            "relying_party": "Ayuntamiento de Móstoles",
            "language": "es",
        }
        response = await self.post("/v1/pins", document | changes)
        assert response.status_code == 200, response.text
        return response.json()

    async def attempt(self, pin_request_id: str, pin: str) -> dict[str, Any]:
        response = await self.post(f"/v1/pins/{pin_request_id}/attempts", {"pin": pin})
        assert response.status_code == 200, response.text
        return response.json()

    async def statements_of(self, work: Callable[[], Awaitable[Any]]) -> list[str]:
        """Do the work and return the statements that went to the database.

        It is done once before, so that what a new connection asks about types is not counted.
        """
        queries: list[str] = []
        for connection in [await self.pool.acquire() for _ in range(self.pool.get_size())]:
            connection.add_query_logger(lambda logged: queries.append(logged.query))
            await self.pool.release(connection)
        await work()
        queries.clear()
        await work()
        return [query for query in queries if "pg_advisory_unlock_all" not in query]

    def last_pin(self) -> str:
        match = re.search(r" (?:es|is) ([A-Z2-7]{3})\.", self.outside.messages[-1]["body"])
        assert match, self.outside.messages[-1]
        return match[1]

    def wrong_pin(self, number: int = 0) -> str:
        """A PIN that was not sent; another for each number."""
        others = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")
        return [pin for pin in others if pin != self.last_pin()][number]

    async def tell(self, message: Message) -> None:
        """Let the service learn a fact of the registry."""
        subject_id = message.subject_id
        self.versions[subject_id] = max(self.versions.get(subject_id, 0), message.version)
        record = EventRecord.of(
            message, topic="t", event_id=new_id(), key=subject_id, occurred_at=self.clock.now()
        )
        handler = handlers(self.contact_key)[type(message)]
        async with self.pool.acquire() as connection, connection.transaction():
            await handler(connection, message, record)

    @property
    def contact_key(self) -> ECKey:
        return ECKey.import_key(self.settings.contact_key_file.read_bytes(), {"kid": "pin"})

    def national_id_hash(self, national_id: str) -> str:
        return KeyedHash.from_file(self.settings.national_id_key_file).of(national_id)

    async def enrol(
        self,
        *,
        national_id: str = ANA,
        contrast: str = ANA_CONTRAST,
        level: int = person_pb2.ENROLMENT_LEVEL_ADVANCED,
        phone: str = "+34600111222",
        language: str = "es",
    ) -> str:
        """Make a person known to the service, as the registry would."""
        subject_id = new_id()
        await self.tell(self.registered(subject_id, national_id, level))
        await self.tell(self.contact(subject_id, contrast, phone, language, version=1))
        return subject_id

    def registered(
        self, subject_id: str, national_id: str, level: int, version: int = 1
    ) -> person_pb2.Registered:
        return person_pb2.Registered(
            subject_id=subject_id,
            version=version,
            occurred_at=self.clock.now(),
            national_id_hash=self.national_id_hash(national_id),
            level=level,
            channel=person_pb2.ENROLMENT_CHANNEL_OFFICE,
        )

    def contact(
        self, subject_id: str, contrast: str, phone: str, language: str, version: int
    ) -> contact_pb2.ContactChanged:
        contrast_key = KeyedHash.from_file(self.settings.contrast_key_file)
        details = contact_pb2.ContactDetails(
            subject_id=subject_id,
            version=version,
            phone=phone,
            email="ana@example.org",
            language=language,
            contrast_hash=contrast_key.bound(subject_id, contrast),
        )
        readers = KeySet([self.contact_key])
        return contact_pb2.ContactChanged(
            subject_id=subject_id,
            version=version,
            occurred_at=self.clock.now(),
            sealed=seal(details.SerializeToString(), readers),
        )
