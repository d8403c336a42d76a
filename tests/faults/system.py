"""The five services, their portal and a demo service on real PostgreSQL and real Apache Kafka,
each of which can be killed and started again.
"""

import io
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from clavis_testkit.launchers.kafka import ApacheKafka
from clavis_testkit.running_demo import RunningDemo

from dev import seed
from dev.assets import ensure_assets
from dev.commands import run_command
from dev.databases import migrate_all
from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.keys import ensure_keys
from dev.layout import ROOT, Layout
from dev.output import Terminal
from dev.pki import ensure_certificates
from dev.processes import Child, Fleet, Part
from dev.services import CORE, by_name

# People in a hurry: a step that a fault interrupted is taken again at once, and often.
HURRY = {
    "CLAVIS_PIN_REQUESTS_PER_HOUR": "1000",
    "CLAVIS_PIN_REQUESTS_PER_DAY": "1000",
    "CLAVIS_PIN_RESEND_SECONDS": "0",
    "CLAVIS_PIN_SENDS_PER_HOUR": "1000",
    "CLAVIS_PIN_SENDS_PER_DAY": "1000",
    "CLAVIS_PERMANENT_OTP_RESEND_SECONDS": "1",
    "CLAVIS_PERMANENT_OTP_SENDS_PER_HOUR": "1000",
    "CLAVIS_PERMANENT_ACTIVATION_ATTEMPTS_PER_HOUR": "1000",
    "CLAVIS_SIGNING_ARGON2_MEMORY_KIB": "8192",
}
PARTS = (*(service.name for service in CORE), "portal", "inbox", "demo")
VICTIMS = (*(service.name for service in CORE), "postgres", "kafka")
READY_SECONDS = 240.0


@dataclass
class State:
    """What is known of a running part: whether it became ready since its last start."""

    part: Part
    ready: bool = True


class System:
    """Everything, in a directory and on ports of its own; a context manager."""

    def __init__(self, base: int, directory: Path) -> None:
        self.layout = Layout(base, directory)
        self.view = RunningDemo(base, directory)  # for its addresses and messages; not started
        for name in ("logs", "keys", "clients"):
            self.layout.file(name).mkdir(parents=True)
        self.infrastructure = Infrastructure(self.layout)
        self.infrastructure.broker = ApacheKafka(
            self.layout.file("kafka"), self.layout.port("kafka")
        )
        self.deaths: Counter[str] = Counter()
        self.unexplained: list[str] = []
        self._states = {name: State(self._part(name)) for name in PARTS}
        parts = [state.part for state in self._states.values()]
        self._fleet = Fleet(parts, Terminal(io.StringIO()), ROOT)

    def _part(self, name: str) -> Part:
        settings = environment_of(self.layout, self.infrastructure, name)
        return Part(
            # The portal waits for its own needs only when it starts for the first time.
            service=replace(by_name(name)),
            port=self.layout.port(name),
            environment={"PYTHONUNBUFFERED": "1", **HURRY, **settings},
            child=Child(name, self.layout.file("logs", f"{name}.log")),
        )

    def __enter__(self) -> Self:
        """Start all and wait until they are ready."""
        try:
            ensure_keys(self.layout.directory)
            ensure_certificates(self.layout)
            ensure_assets()
            self.infrastructure.start()
            migrate_all(self.infrastructure)
            seed.plant_before_start(self.layout, self.infrastructure)
            self._fleet.start(already=("postgres", "kafka"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all and forget the data."""
        self._fleet.stop()
        self.infrastructure.broker.stop()
        self.infrastructure.postgres.remove()

    def registry(self, *arguments: str) -> str:
        """Run an operator's command of the registry. DemoError when it fails."""
        return run_command(self.layout, self.infrastructure, "registry", arguments)

    def dsn(self, service: str) -> str:
        """Where a test may read all tables of a service."""
        return self.infrastructure.owner_url(by_name(service))

    def kill(self, name: str) -> None:
        """End a service, PostgreSQL or the broker by SIGKILL."""
        self.deaths[name] += 1
        if name == "postgres":
            self.infrastructure.postgres.kill()
        elif name == "kafka":
            self.infrastructure.broker.kill()
        else:
            self._states[name].part.child.kill()

    def revive(self, name: str) -> None:
        """Start again what was killed; a server answers on return, a service soon after."""
        if name == "postgres":
            self.infrastructure.postgres.restart()
        elif name == "kafka":
            self.infrastructure.broker.restart()
        else:
            self._start(self._states[name])

    def _start(self, state: State) -> None:
        state.ready = False
        state.part.start(ROOT)

    def look_after(self) -> None:
        """Do what an orchestrator does: start again whatever ended by itself.

        A service that cannot reach its database when it starts may end and be started again; one
        that was ready may not end because another part did.
        """
        for name, state in self._states.items():
            code = state.part.child.poll()
            if code is None:
                state.ready = state.ready or state.part.answers()
            elif code != -signal.SIGKILL:
                if state.ready:
                    self.unexplained.append(f"{name} ended with code {code}")
                self._start(state)

    def wait_until_ready(self) -> None:
        """Return when every part answers that it is ready."""
        deadline = time.monotonic() + READY_SECONDS
        while not all(state.part.answers() for state in self._states.values()):
            assert time.monotonic() < deadline, self._not_ready()
            self.look_after()
            time.sleep(0.2)

    def _not_ready(self) -> str:
        names = [name for name, state in self._states.items() if not state.part.answers()]
        return f"not ready {READY_SECONDS:.0f} s after the last fault: {', '.join(names)}"
