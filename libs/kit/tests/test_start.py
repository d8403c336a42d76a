"""A start that cannot be says one sentence, and no trace."""

import subprocess
import sys

from clavis_testkit.launchers.process import free_port

SERVICE = """
import contextlib, sys
from types import SimpleNamespace
from clavis_kit import http, logging

@contextlib.asynccontextmanager
async def lifespan(app):
    raise http.StartRefusedError("pin: the database schema is not up to date")
    yield

logging.configure("pin")
app = http.create_app(title="t", description="d", max_body_bytes=1, lifespan=lifespan)
http.serve(app, SimpleNamespace(host="127.0.0.1", port=int(sys.argv[1]), shutdown_seconds=1))
"""


def test_a_refused_start_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVICE, str(free_port())],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "pin: the database schema is not up to date\n"
    assert "Traceback" not in done.stdout
