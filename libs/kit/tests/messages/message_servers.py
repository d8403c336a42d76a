"""Servers written by others, on ports of loopback, in the test's own process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

import pytest
import smpp34
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult
from clavis_testkit.launchers.process import free_port

CREDENTIALS = (b"clavis", b"secret")


@dataclass
class MessageCentre:
    """An SMS centre: takes messages, answers as told, sends receipts."""

    port: int
    status: int = smpp34.ESME_ROK
    taken: list[smpp34.SubmitSmEvent] = field(default_factory=list)
    sessions: dict[str, smpp34.Esme] = field(default_factory=dict)
    silent: bool = False

    @property
    def texts(self) -> list[str]:
        return [decoded(event) for event in self.taken]

    async def serve(self, server: smpp34.Server) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions[event.session_id] = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.taken.append(event)
                if self.silent:
                    continue
                if self.status == smpp34.ESME_ROK:
                    event.accept(message_id=f"m-{len(self.taken)}")
                else:
                    event.reject(self.status)

    async def say(self, message_id: str, stat: str) -> None:
        text = (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2611221000 done date:2611221001"
            f" stat:{stat} err:000 text:"
        )
        for session in list(self.sessions.values()):
            await session.deliver_sm(
                source_addr="34600111222", destination_addr="CLAVIS",
                short_message=text.encode(), esm_class=0x04,
            )  # fmt: skip


def part_number(event: smpp34.SubmitSmEvent) -> int:
    """Tell which part of a long message this is (3GPP TS 23.040 section 9.2.3.24.1)."""
    return bytes(event.short_message)[5] if event.esm_class & 0x40 else 0


def decoded(event: smpp34.SubmitSmEvent) -> str:
    payload = bytes(event.short_message)
    if event.esm_class & 0x40:  # the header of a part of a long message
        payload = payload[payload[0] + 1 :]
    return payload.decode("utf-16-be" if event.data_coding == 8 else "latin-1")


@contextlib.asynccontextmanager
async def message_centre(port: int | None = None) -> AsyncIterator[MessageCentre]:
    made = MessageCentre(port or free_port())
    server = smpp34.Server(host="127.0.0.1", port=made.port, system_id="centre")
    await server.start()
    task = asyncio.create_task(made.serve(server))
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.stop()


@pytest.fixture
async def centre() -> AsyncIterator[MessageCentre]:
    async with message_centre() as made:
        yield made


class Letterbox(MessageHandler):
    """A mail server's handler: keeps what comes, asks for the password."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.mails: list[EmailMessage] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message_from_bytes(message.as_bytes(), policy=default))

    def authenticate(self, *details: object) -> AuthResult:
        given = details[-1]
        pair = (getattr(given, "login", None), getattr(given, "password", None))
        return AuthResult(success=pair == CREDENTIALS, handled=False)


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    handler = Letterbox()
    controller = Controller(
        handler, hostname="127.0.0.1", port=handler.port, server_hostname="mail.test",
        auth_require_tls=False, auth_required=True, authenticator=handler.authenticate,
    )  # fmt: skip
    controller.start()
    yield handler
    controller.stop()
