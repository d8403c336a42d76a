import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from clavis_testkit.launchers import home
from clavis_testkit.launchers.external_postgres import ExternalPostgres
from clavis_testkit.launchers.home import RunAs, everyone_can_reach, reachable_programs
from clavis_testkit.launchers.postgres import PostgresServer
from clavis_testkit.launchers.process import LauncherError, free_port

ServerFactory = Callable[..., PostgresServer]


@pytest.fixture
def make(server_home: Path) -> Iterator[ServerFactory]:
    """Give PostgreSQL servers of this test, each at a fresh place unless told."""
    made: list[PostgresServer] = []

    def make_one(home: Path | None = None, port: int | None = None) -> PostgresServer:
        place = home or server_home / f"postgres-{free_port()}"
        made.append(PostgresServer(place, port, durable=False))
        return made[-1]

    yield make_one
    for server in reversed(made):
        server.remove()


async def query(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_confirmed_data_survives_sigkill_of_the_postmaster(make: ServerFactory) -> None:
    server = make()
    server.start()
    server.create_database("clavis_pin", "clavis_pin_owner", "clavis_pin")
    owner = server.dsn("clavis_pin", "clavis_pin_owner")
    await query(owner, "CREATE TABLE fact AS SELECT 42 AS answer")
    server.kill()
    server.restart()
    assert await query(owner, "SELECT answer FROM fact") == 42


async def test_it_recovers_while_a_backend_of_the_killed_server_still_works(
    make: ServerFactory,
) -> None:
    server = make()
    server.start()
    connection = await asyncpg.connect(server.admin_dsn)
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    # Busy, and stopped by the kernel: it will not notice the loss of the postmaster by itself.
    os.kill(pid, signal.SIGSTOP)
    server.kill()
    server.restart()
    assert await query(server.admin_dsn, "SELECT 1") == 1
    connection.terminate()


def start_elsewhere(home: Path, port: int, *, in_thread: bool) -> "subprocess.Popen[bytes]":
    """Start a server from another process, which prints its pid and then waits."""
    # The death signal goes to what the main thread started: a thread's server outlives its process.
    start = "t = threading.Thread(target=server.start); t.start(); t.join()"
    script = (
        "import sys, threading; from pathlib import Path;"
        "from clavis_testkit.launchers.postgres import PostgresServer;"
        "server = PostgresServer(Path(sys.argv[1]), int(sys.argv[2]), durable=False);"
        f"{start if in_thread else 'server.start()'};"
        "print(server.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(home), str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_new_process_takes_over_what_a_killed_one_left_running(make: ServerFactory) -> None:
    server = make()
    with start_elsewhere(server.data.parent, server.port, in_thread=True) as other:
        assert other.stdout is not None
        left_running = int(other.stdout.readline())
        with pytest.raises(LauncherError, match=f"process id {other.pid}"):
            server.start()
        other.kill()
    os.kill(left_running, 0)
    server.start()
    assert server.pid != left_running
    assert asyncio.run(query(server.admin_dsn, "SELECT 1")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="death signals exist on Linux")
def test_it_dies_with_the_process_that_started_it(make: ServerFactory) -> None:
    server = make()
    with start_elsewhere(server.data.parent, server.port, in_thread=False) as other:
        assert other.stdout is not None
        pid = int(other.stdout.readline())
        other.kill()
    deadline = time.monotonic() + 120
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_a_port_in_use_is_said_in_one_sentence(make: ServerFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LauncherError, match=f"^PostgreSQL needs port {port} .* uses it$"):
            make(port=port).start()


def test_a_place_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(LauncherError, match="needs to write in"):
        PostgresServer(tmp_path / "file" / "postgres")


def test_data_of_another_major_version_is_said_in_one_sentence(make: ServerFactory) -> None:
    server = make()
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(LauncherError, match=r"made by PostgreSQL 9 .* demo-reset"):
        server.start()


async def test_it_runs_where_its_user_cannot_reach_the_wanted_directory(
    make: ServerFactory, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = make(private / "postgres")
    server.start()
    assert await query(server.admin_dsn, "SELECT 1") == 1
    if os.geteuid() == 0:
        assert not server.data.is_relative_to(private)
        assert everyone_can_reach(server.data.parent)


async def test_deleting_the_wanted_directory_forgets_the_data(
    make: ServerFactory, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    first = make(private / "postgres")
    first.start()
    await query(first.admin_dsn, "CREATE TABLE fact AS SELECT 42 AS answer")
    first.stop()
    shutil.rmtree(private / "postgres")
    second = make(private / "postgres")
    second.start()
    assert await query(second.admin_dsn, "SELECT to_regclass('fact')") is None


async def test_a_wrong_password_opens_nothing(make: ServerFactory) -> None:
    server = make()
    server.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.admin_dsn, password="guessed")


def test_a_server_given_by_its_address_is_never_killed() -> None:
    server = ExternalPostgres("postgresql://someone@127.0.0.1:1/postgres")
    with pytest.raises(LauncherError, match="not ours"):
        server.kill()
    with pytest.raises(LauncherError, match=r"127\.0\.0\.1:1 does not answer"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lets a server run as another user")
def test_programs_below_a_private_directory_are_copied_where_everyone_can_reach_them(
    server_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    (private / "bin").mkdir(mode=0o700, parents=True)
    program = private / "bin" / "postgres"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setattr(home, "_SYSTEM_PLACES", (server_home,))
    programs = reachable_programs(private, "0.0", RunAs("nobody", 65534, 65534))
    assert programs.is_relative_to(server_home)
    assert everyone_can_reach(programs / "bin")
    assert (programs / "bin" / "postgres").stat().st_mode & 0o777 == 0o755
    assert reachable_programs(private, "0.0", RunAs("nobody", 65534, 65534)) == programs


async def test_a_dropped_database_is_gone(make: ServerFactory) -> None:
    server = make()
    server.start()
    server.create_database("clavis_pin", "clavis_pin_owner", "clavis_pin")
    server.drop_database("clavis_pin")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(server.dsn("clavis_pin", "clavis_pin_owner"))
