"""A whole demo in processes of its own, for the tests that need more than one service."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[4]
# When to give up: what is promised in seconds is asserted where it is promised.
READY_SECONDS = 600.0
STOP_SECONDS = 180.0
MESSAGE_SECONDS = 60.0
_ANSWER_SECONDS = 60.0
_TICK_SECONDS = 0.1


class DemoFailedError(AssertionError):
    """The demo did not become ready, or did not stop."""


@dataclass
class RunningDemo:
    """Starts `python -m dev.up` with ports and a directory of its own; a context manager."""

    base: int
    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    root: Path = ROOT
    command: tuple[str, ...] = (sys.executable, "-m", "dev.up")
    ready_in: float = 0.0
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start and wait for READY."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and see that it ends in order."""
        self.stop()

    @property
    def log(self) -> Path:
        """What the supervisor printed."""
        return self.directory / "up.log"

    def start(self) -> None:
        """Start and wait for READY. Raises DemoFailedError with the last lines otherwise."""
        self.directory.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.root,
                env={
                    **os.environ,
                    "DEMO_PORT_BASE": str(self.base),
                    "DEMO_DIR": str(self.directory),
                    **self.environment,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self._said_ready():
            if self._process.poll() is not None or time.monotonic() - begun > READY_SECONDS:
                self.stop()
                raise DemoFailedError(self.log.read_text(errors="replace")[-3000:])
            time.sleep(_TICK_SECONDS)
        self.ready_in = time.monotonic() - begun

    def _said_ready(self) -> bool:
        return re.search(r"\bREADY\b", self.log.read_text(errors="replace")) is not None

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; return its exit code. DemoFailedError if it hangs."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise DemoFailedError("the demo did not stop") from None

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit code. DemoFailedError if it does not."""
        assert self._process is not None
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise DemoFailedError("the demo goes on") from None

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def data(self) -> dict[str, Any]:
        """What demo.json says."""
        document: dict[str, Any] = json.loads((self.directory / "demo.json").read_text())
        return document

    def url(self, offset: int) -> str:
        """Return the address of a part by its port offset."""
        return f"http://localhost:{self.base + offset}"

    @property
    def issuer(self) -> str:
        """The OpenID issuer."""
        return self.url(0)

    def person(self, **wanted: Any) -> dict[str, Any]:
        """Return the first seeded person with these values."""
        for person in self.data["people"]:
            if all(person.get(key) == value for key, value in wanted.items()):
                return dict(person)
        raise LookupError(f"nobody with {wanted}")

    def client(self, client_id: str) -> dict[str, Any]:
        """Return a seeded relying party's metadata."""
        for client in self.data["clients"]:
            if client["client_id"] == client_id:
                return dict(client)
        raise LookupError(client_id)

    def messages(self, to: str) -> list[dict[str, Any]]:
        """Return what a phone or mailbox received, oldest first."""
        url = self.url(11) + "/api/messages"
        answer = httpx.get(url, params={"to": to}, timeout=_ANSWER_SECONDS)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def next_code(
        self, to: str, pattern: str, *, after: int, within: float = MESSAGE_SECONDS
    ) -> str:
        """Wait for a message beyond the first `after` with the pattern; return group 1."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for message in self.messages(to)[after:]:
                if match := re.search(pattern, message["body"]):
                    return match[1]
            time.sleep(_TICK_SECONDS)
        raise DemoFailedError(f"no message matching {pattern!r} came")
