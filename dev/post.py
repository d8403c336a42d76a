"""The demo's printer and post: letters leave the registry's spool and arrive in the message inbox.

Everything goes through the operator's own verbs; only whether anything waits is asked of the
database, because that is cheap. The PDF files stay in the demo's folder ``letters``.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from dev.commands import run_verbs
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.processes import DemoError
from dev.services import by_name

_PAUSE_SECONDS = 3.0
_PAUSE_AFTER_FAILURE_SECONDS = 60.0
_TIMEOUT_SECONDS = 10
_WAITING = """
    SELECT letter_id::text FROM letter
     WHERE state = 'queued' AND requested_at < now() - make_interval(secs => $1)
"""
_ADDRESSEES = """
    SELECT letter_id::text, concat_ws(' ', given_name, first_surname, second_surname) AS name
      FROM letter JOIN census_record USING (national_id_hash) WHERE letter_id = ANY($1::uuid[])
"""


class Post:
    """Prints and delivers, now and then, for as long as it is told the time."""

    def __init__(self, layout: Layout, infrastructure: Infrastructure) -> None:
        """Begin with whatever an interrupted run left undelivered."""
        self._layout = layout
        self._infrastructure = infrastructure
        self._printed = layout.file("letters", "printed")
        self._delivered = layout.file("letters", "delivered")
        self._next = 0.0
        for folder in (self._printed, self._delivered):
            folder.mkdir(parents=True, exist_ok=True)

    def tick(self) -> str | None:
        """Do what is due; return one sentence when it could not be done."""
        if time.monotonic() < self._next:
            return None
        self._next = time.monotonic() + _PAUSE_SECONDS
        try:
            self._print()
            self._deliver()
        except (DemoError, httpx.HTTPError, OSError, asyncpg.PostgresError) as error:
            self._next = time.monotonic() + _PAUSE_AFTER_FAILURE_SECONDS
            return f"The post could not deliver: {error}"
        return None

    def _print(self) -> None:
        waiting = [row["letter_id"] for row in self._ask(_WAITING, self._layout.post_seconds)]
        if waiting:
            verbs = [("letters", "print", "--out", str(self._printed)), ("letters", "sent", "-")]
            references = "\n".join(waiting)
            run_verbs(self._layout, self._infrastructure, "registry", verbs, references)

    def _deliver(self) -> None:
        files = sorted(self._printed.glob("*.pdf"))
        if not files:
            return
        rows = self._ask(_ADDRESSEES, [file.stem for file in files])
        names = {row["letter_id"]: row["name"] for row in rows}
        for file in files:
            kept = self._delivered / file.name
            self._put_in_box(names.get(file.stem, file.stem), letter_text(file), kept)
            file.replace(kept)

    def _put_in_box(self, addressee: str, text: str, file: Path) -> None:
        letter = {"channel": "letter", "to": addressee, "subject": str(file), "body": text}
        address = self._layout.url("inbox") + "/api/messages"
        answer = httpx.post(address, json=letter, timeout=_TIMEOUT_SECONDS, trust_env=False)
        answer.raise_for_status()

    def _ask(self, query: str, value: float | Sequence[str]) -> list[Any]:
        return asyncio.run(_rows(self._infrastructure.owner_url(by_name("registry")), query, value))


async def _rows(address: str, query: str, value: float | Sequence[str]) -> list[Any]:
    connection = await asyncpg.connect(address, timeout=_TIMEOUT_SECONDS)
    try:
        return list(await connection.fetch(query, value, timeout=_TIMEOUT_SECONDS))
    finally:
        await connection.close(timeout=_TIMEOUT_SECONDS)


def letter_text(file: Path) -> str:
    """Read what a letter says."""
    # Large, and needed only once a letter is there.
    import pypdfium2  # noqa: PLC0415

    with pypdfium2.PdfDocument(file) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "\n".join(pages).replace("\r\n", "\n").strip()
