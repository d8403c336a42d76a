"""The message inbox: where the demo's SMS, e-mails and letters arrive.

``POST /api/messages`` takes one, ``GET /api/messages?to=`` lists them oldest first, ``/`` is a page
for people. Messages live in one JSON-lines file, so that a restart keeps them.
"""

import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field, ValidationError

from dev.authorities import add_authorities
from dev.pages import PAGE_HEADERS, STATIC, language_of, render
from dev.serving import serve_all

_KEPT = 2000


class NewMessage(BaseModel):
    """A message as a sender hands it over. ``to`` is a phone number, an address or a name."""

    channel: Literal["sms", "email", "letter"]
    to: str = Field(min_length=1, max_length=320)
    subject: str | None = Field(default=None, max_length=500)
    body: str = Field(max_length=200_000)
    reference: str | None = Field(default=None, max_length=200)


class Message(BaseModel):
    """A message as the inbox keeps it; ``at`` is when it arrived, in UTC."""

    channel: str
    to: str
    subject: str | None
    body: str
    at: datetime


def same_recipient(one: str, other: str) -> bool:
    """Compare recipients; a phone number is the same with and without its plus sign."""
    return one.strip().lstrip("+").casefold() == other.strip().lstrip("+").casefold()


class Mailbox:
    """Messages in arrival order, appended to a file; the newest 2000 are shown."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._messages: list[Message] = []
        if file.exists():
            lines = file.read_text(encoding="utf-8").split("\n")[-_KEPT:]
            self._messages = [message for line in lines if (message := _stored(line))]

    def add(self, new: NewMessage, at: datetime) -> Message:
        """Store a message."""
        message = Message(**new.model_dump(exclude={"reference"}), at=at)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(message.model_dump_json() + "\n")
        self._messages = [*self._messages[-_KEPT + 1 :], message]
        return message

    def sent_to(self, to: str | None) -> list[Message]:
        """List messages oldest first, of one recipient or of all."""
        return [m for m in self._messages if to is None or same_recipient(m.to, to)]

    def by_recipient(self, to: str | None) -> list[tuple[str, list[Message]]]:
        """Group messages, newest first, the recipient with the newest message on top."""
        groups: dict[str, list[Message]] = defaultdict(list)
        for message in reversed(self.sent_to(to)):
            groups[message.to].append(message)
        return list(groups.items())


def _stored(line: str) -> Message | None:
    # A process that is killed while it writes leaves half a line.
    try:
        return Message.model_validate_json(line)
    except ValidationError:
        return None


def create_app(file: Path) -> FastAPI:
    """Build the inbox over one file, which is created when the first message comes."""
    app = FastAPI(title="Message inbox", docs_url=None, redoc_url=None)
    mailbox = Mailbox(file)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/health/live")
    @app.get("/health/ready")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/messages", status_code=202)
    async def receive(message: NewMessage) -> dict[str, datetime]:
        return {"at": mailbox.add(message, datetime.now(UTC)).at}

    @app.get("/api/messages")
    async def listing(to: Annotated[str | None, Query(max_length=320)] = None) -> Response:
        messages = [json.loads(message.model_dump_json()) for message in mailbox.sent_to(to)]
        return JSONResponse(messages, headers={"Cache-Control": "no-store"})

    @app.get("/", response_class=HTMLResponse)
    async def page(request: Request, to: str = "") -> HTMLResponse:
        groups = mailbox.by_recipient(to.strip() or None)
        language = language_of(request)
        html = render("inbox.html", language, groups=groups, to=to)
        return HTMLResponse(html, headers=PAGE_HEADERS)

    return app


def main() -> None:
    """Serve the inbox at CLAVIS_INBOX_PORT over CLAVIS_INBOX_FILE.

    The same process publishes what the test authorities of CLAVIS_INBOX_PKI_DIR say.
    """
    app = create_app(Path(os.environ["CLAVIS_INBOX_FILE"]))
    add_authorities(app, Path(os.environ["CLAVIS_INBOX_PKI_DIR"]))
    host = os.environ.get("CLAVIS_INBOX_HOST", "127.0.0.1")
    serve_all([(app, int(os.environ["CLAVIS_INBOX_PORT"]))], host)


if __name__ == "__main__":
    main()
