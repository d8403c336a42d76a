"""A permanent service on a real database, a provider that takes its messages, and people in it."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.clock import FrozenClock
from clavis_kit.consumer import Handler
from clavis_kit.db import Pool
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.sealed import seal
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_permanent.app import create_passwords_of
from clavis_permanent.consumers import handlers
from clavis_permanent.deps import Deps
from clavis_permanent.settings import PermanentSettings
from clavis_testkit.key_files import draw_keys, draw_secrets
from clavis_testkit.outside import Outside
from fastapi import FastAPI
from google.protobuf.message import Message
from joserfc.jwk import ECKey, KeySet

ANA = "12345678Z"
BEN = "X1234567L"
PASSWORD = "Correct1!horse"
SECRETS = (
    "national_id_key_file",
    "activation_key_file",
    "name_key_file",
    "authenticator_key_file",
    "password_pepper_file",
)
KEYS = ("contact_key_file", "service_key_file")


def write_key_files(directory: Path) -> dict[str, Path]:
    return draw_secrets(directory, SECRETS) | draw_keys(directory, KEYS)


@dataclass
class World:
    """What a test does to the service and sees of it."""

    client: httpx.AsyncClient
    pool: Pool
    clock: FrozenClock
    outside: Outside
    settings: PermanentSettings
    signers: dict[str, ServiceTokenSigner]
    app: FastAPI
    versions: dict[str, int] = field(default_factory=dict)

    def token(self, caller: str = "gateway", audience: str = "permanent") -> dict[str, str]:
        return self.signers[caller].headers(audience)

    async def post(self, path: str, document: Any, **headers: str) -> httpx.Response:
        # Written as ASCII, so that a lone surrogate can be sent too.
        headers = self.token() | {"content-type": "application/json"} | headers
        return await self.client.post(path, content=json.dumps(document), headers=headers)

    async def ask(self, path: str, document: Any, *, caller: str = "gateway") -> dict[str, Any]:
        """Post what must be answered with an outcome."""
        response = await self.post(path, document, **self.token(caller))
        assert response.status_code == 200, response.text
        return response.json()

    async def start(self, **changes: Any) -> dict[str, Any]:
        document = {
            "national_id": ANA,
            "email": " Ana@Example.org",
            "activation_code": "abcd-efgh-jkmn",
            "language": "es",
        }
        return await self.ask("/v1/activations", document | changes)

    async def prove(self, activation_id: str, otp: str) -> dict[str, Any]:
        return await self.ask(f"/v1/activations/{activation_id}/otp-attempts", {"otp": otp})

    async def choose(self, activation_id: str, password: str) -> dict[str, Any]:
        return await self.ask(f"/v1/activations/{activation_id}/password", {"password": password})

    async def activate(self, password: str = PASSWORD, **changes: Any) -> dict[str, Any]:
        """Go through the whole activation."""
        started = await self.start(**changes)
        await self.prove(started["activation_id"], self.last_otp())
        return await self.choose(started["activation_id"], password)

    async def log_in(self, password: str = PASSWORD, national_id: str = ANA) -> dict[str, Any]:
        return await self.ask("/v1/logins", {"national_id": national_id, "password": password})

    async def send_otp(self, subject_id: str, **changes: Any) -> dict[str, Any]:
        document = {
            "subject_id": subject_id,
            "action": "login",
            "bound_to": "interaction-1",
            "relying_party": "Ayuntamiento de Móstoles",
            "language": "es",
        }
        return await self.ask("/v1/otps", document | changes)

    async def attempt_otp(
        self, otp_id: str, otp: str, bound_to: str = "interaction-1"
    ) -> dict[str, Any]:
        return await self.ask(f"/v1/otps/{otp_id}/attempts", {"otp": otp, "bound_to": bound_to})

    async def check(self, subject_id: str, password: str = PASSWORD) -> dict[str, Any]:
        document = {"subject_id": subject_id, "password": password}
        return await self.ask("/v1/password-checks", document, caller="signing")

    async def events(self) -> list[tuple[str, int]]:
        """What was recorded to be published: type and version."""
        rows = await self.pool.fetch("SELECT type, sequence FROM outbox ORDER BY position")
        return [(row["type"].rpartition(".")[2], row["sequence"]) for row in rows]

    async def published(self, version: int) -> dict[str, str]:
        """The type of the event of this version, once the brokers acknowledged it."""
        found = await self.pool.fetchval("SELECT type FROM event_log WHERE sequence = $1", version)
        return {"type": (found or "").rpartition(".")[2]}

    @property
    def deps(self) -> Deps:
        made: Deps = self.app.state.deps
        return made

    def raise_argon2_passes(self) -> None:
        """What an operator does when machines got faster."""
        self._replace_passwords(passes=2, queue=1000)

    def shrink_argon2_pool(self) -> None:
        """What a flood of logins finds: one worker, one place to wait."""
        self._replace_passwords(passes=4, queue=1)

    def _replace_passwords(self, *, passes: int, queue: int) -> None:
        changes = {"argon2_passes": passes, "argon2_queue": queue, "argon2_workers": 1}
        settings = self.settings.model_copy(update=changes)
        passwords = create_passwords_of(settings, self.clock)
        self.app.state.deps = replace(self.deps, passwords=passwords)

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

    def last_otp(self) -> str:
        # A notice may have gone out by e-mail since: it is sent when it is due.
        last = [message for message in self.outside.messages if message["channel"] == "sms"][-1]
        match = re.search(r"\b([0-9]{6})\b", last["body"])
        assert match, last
        return match[1]

    def wrong_otp(self) -> str:
        """A code that was not sent."""
        return "000000" if self.last_otp() != "000000" else "000001"

    async def tell(self, message: Message) -> None:
        """Let the service learn a fact of the registry."""
        subject_id = message.subject_id
        self.versions[subject_id] = max(self.versions.get(subject_id, 0), message.version)
        record = EventRecord.of(
            message,
            topic="t",
            event_id=new_id(),
            key=subject_id,
            occurred_at=message.occurred_at.ToDatetime(UTC),  # type: ignore[attr-defined]  all have it
        )
        handler = self.handlers[type(message)]
        async with self.pool.acquire() as connection, connection.transaction():
            await handler(connection, message, record)

    @property
    def handlers(self) -> Mapping[type[Message], Handler]:
        return handlers(self.contact_key, new_id)

    @property
    def contact_key(self) -> ECKey:
        return ECKey.import_key(self.settings.contact_key_file.read_bytes(), {"kid": "permanent"})

    def national_id_hash(self, national_id: str) -> str:
        return KeyedHash.from_file(self.settings.national_id_key_file).of(national_id)

    async def enrol(
        self,
        *,
        national_id: str = ANA,
        level: int = person_pb2.ENROLMENT_LEVEL_ADVANCED,
        **contact: Any,
    ) -> str:
        """Make a person known to the service, as the registry would."""
        subject_id = new_id()
        await self.tell(self.registered(subject_id, national_id, level))
        await self.tell(self.contact(subject_id, version=1, **contact))
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
        self,
        subject_id: str,
        *,
        version: int,
        phone: str = "+34600111222",
        email: str = "ana@example.org",
        language: str = "es",
        activation_code: str = "ABCDEFGHJKMN",
        names: tuple[str, ...] = ("ana", "núñez"),
    ) -> contact_pb2.ContactChanged:
        codes = KeyedHash.from_file(self.settings.activation_key_file)
        words = KeyedHash.from_file(self.settings.name_key_file)
        details = contact_pb2.ContactDetails(
            subject_id=subject_id,
            version=version,
            phone=phone,
            email=email,
            language=language,
            activation_code_hash=codes.bound(subject_id, activation_code),
            forbidden_words=[
                contact_pb2.ForbiddenWord(length=len(name), hash=words.of(name)) for name in names
            ],
        )
        return contact_pb2.ContactChanged(
            subject_id=subject_id,
            version=version,
            occurred_at=self.clock.now(),
            sealed=seal(details.SerializeToString(), KeySet([self.contact_key])),
        )

    def frozen(self, subject_id: str, *, version: int) -> person_pb2.Frozen:
        return person_pb2.Frozen(
            subject_id=subject_id,
            version=version,
            occurred_at=self.clock.now(),
            national_id_hash=self.national_id_hash(ANA),
        )

    def unfrozen(self, subject_id: str, *, version: int) -> person_pb2.Unfrozen:
        return person_pb2.Unfrozen(
            subject_id=subject_id,
            version=version,
            occurred_at=self.clock.now(),
            national_id_hash=self.national_id_hash(ANA),
        )
