"""``make demo``: starts everything, says READY, and stops everything.

Order: ports, keys and certificates, PostgreSQL and the broker, databases and migrations, the
services by what they need, people and relying parties. If any part dies the rest is stopped and
the exit code is 1; Ctrl-C or SIGTERM ends it in order with 0.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from clavis_kit import logging
from clavis_testkit.launchers.process import LOOPBACK, Child, LauncherError, require_free_port

from dev import demo_file, seed
from dev.assets import AssetError, ensure_assets
from dev.databases import migrate_all
from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.keys import ensure_keys
from dev.layout import ROOT, Layout, LayoutError, from_environment
from dev.output import Terminal
from dev.pki import ensure_certificates
from dev.post import Post
from dev.processes import DemoError, Fleet, Part
from dev.runfile import RunFile
from dev.services import SERVICES, all_offsets
from dev.summary import summary

_TICK_SECONDS = 0.2


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM: not an error, and not to be caught by anything but ``main``."""


def _request_stop(_: int, __: FrameType | None) -> None:
    # Only once: a second Ctrl-C must not interrupt the orderly end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise StopRequested


def check_ports(layout: Layout) -> None:
    """Raise DemoError naming the first port that another program holds."""
    for offset, name in sorted(all_offsets().items()):
        port = layout.base + offset
        try:
            require_free_port(port, name)
        except LauncherError:
            raise DemoError(
                f"Port {port} ({name}) on {LOOPBACK} is in use by another program; "
                "free it, or move the whole demo with: make demo DEMO_PORT_BASE=9400"
            ) from None


class Demo:
    """One run, from nothing to READY to nothing."""

    def __init__(self, layout: Layout, terminal: Terminal) -> None:
        self._layout = layout
        self._terminal = terminal
        self._runfile = RunFile(layout.file("run.json"))
        self._infrastructure: Infrastructure | None = None
        self._fleet: Fleet | None = None

    def run(self) -> None:
        """Start, serve until told to stop, and leave nothing behind. DemoError says what broke."""
        started = time.monotonic()
        self._claim_directory()
        try:
            self._start()
            self._announce(time.monotonic() - started)
            post = Post(self._layout, self._servers())
            while True:
                self._watch()
                if failure := post.tick():
                    self._terminal.say(failure)
                time.sleep(_TICK_SECONDS)
        finally:
            self._stop()

    def _claim_directory(self) -> None:
        for name in ("logs", "keys", "clients"):
            self._layout.file(name).mkdir(parents=True, exist_ok=True)
        supervisor = self._runfile.supervisor()
        if supervisor is not None:
            raise DemoError(
                f"The demo already runs here (process {supervisor}); make demo-stop ends it."
            )
        self._runfile.end_all()
        check_ports(self._layout)

    def _start(self) -> None:
        layout = self._layout
        self._step("keys", lambda: ensure_keys(layout.directory))
        self._step("certificates", lambda: ensure_certificates(layout))
        self._step("pages", ensure_assets)
        infrastructure = Infrastructure(layout)
        self._infrastructure = infrastructure
        self._step("PostgreSQL and Kafka", infrastructure.start)
        self._step("databases", lambda: migrate_all(infrastructure))
        self._step("relying parties", lambda: seed.plant_before_start(layout, infrastructure))
        parts = [self._part(infrastructure, service.name) for service in SERVICES]
        fleet = Fleet(parts, self._terminal, ROOT)
        self._fleet = fleet
        self._step("services", lambda: fleet.start(already=("postgres", "kafka")))
        self._runfile.write([*infrastructure.pids(), *fleet.pids()])
        self._step("people", lambda: self._plant(infrastructure))
        demo_file.write(layout)

    def _plant(self, infrastructure: Infrastructure) -> None:
        try:
            seed.plant(self._layout, infrastructure)
        except DemoError:
            # A part that died meanwhile is the better explanation.
            self._watch()
            raise

    def _part(self, infrastructure: Infrastructure, name: str) -> Part:
        service = next(service for service in SERVICES if service.name == name)
        return Part(
            service=service,
            port=self._layout.port(name),
            environment={
                **_base_environment(),
                **environment_of(self._layout, infrastructure, name),
            },
            child=Child(name, self._layout.file("logs", f"{name}.log")),
        )

    def _step(self, name: str, work: Callable[[], object]) -> None:
        begun = time.monotonic()
        work()
        self._terminal.say(f"{name:<22} {time.monotonic() - begun:6.2f} s")

    def _announce(self, seconds: float) -> None:
        self._terminal.say(summary(self._layout, self._terminal))
        self._terminal.say(f"{self._terminal.strong('READY')} in {seconds:.1f} s")

    def _servers(self) -> Infrastructure:
        if self._infrastructure is None:
            raise DemoError("PostgreSQL and Kafka were not started.")
        return self._infrastructure

    def _watch(self) -> None:
        if self._fleet and self._infrastructure:
            self._fleet.watch()
            self._infrastructure.watch()

    def _stop(self) -> None:
        if self._fleet:
            self._fleet.stop()
        if self._infrastructure:
            self._infrastructure.stop()
        self._runfile.remove()


def _base_environment() -> dict[str, str]:
    """Return what every process inherits: nothing of ours that happens to be set."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CLAVIS_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def main() -> int:
    """Run the demo; the exit code is 0 after a stop that was asked for, else 1."""
    terminal = Terminal(verbose=os.environ.get("VERBOSE", "") not in {"", "0"})
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _request_stop)
    logging.configure("demo", "WARNING")
    try:
        Demo(from_environment(), terminal).run()
    except StopRequested:
        terminal.say("stopped")
        return 0
    except (DemoError, LayoutError, LauncherError, AssetError) as error:
        terminal.say(f"The demo stopped: {error}")
    except OSError as error:
        terminal.say(f"The demo stopped: {error.filename or 'a file'}: {error.strerror}.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
