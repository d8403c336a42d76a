"""Calls the worker process and reads its verdict. Blocks: run it in a bounded pool."""

import json
import subprocess
import sys
from dataclasses import dataclass

from clavis_signing.pdf.faults import Fault

# What is too complex is told by processor time (worker.CPU_SECONDS). This ends a worker that waits
# for ever: on a machine that is busy a plain document must not be taken for a complex one.
WALL_SECONDS = 45


@dataclass(frozen=True)
class Inspection:
    """What the worker found: a fault, or a number of pages."""

    fault: Fault | None
    pages: int


class WorkerFailed(RuntimeError):  # noqa: N818  says what happened
    """The worker gave up on the document; `fault` is why."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        super().__init__(fault.value)
        self.fault = fault


def inspect(document: bytes) -> Inspection:
    """Judge a document in a process of its own."""
    try:
        verdict = json.loads(_work(document, "inspect"))
    except WorkerFailed as failure:
        return Inspection(failure.fault, 0)
    fault = Fault(verdict["fault"]) if verdict["fault"] else None
    return Inspection(fault, verdict["pages"])


def render_page(document: bytes, number: int) -> bytes:
    """Draw a page (from 1) as PNG. Raises WorkerFailed."""
    return _work(document, "page", str(number))


def page_text(document: bytes, number: int) -> str:
    """Extract the text of a page (from 1). Raises WorkerFailed."""
    return _work(document, "text", str(number)).decode("utf-8", errors="replace")


def _work(document: bytes, *arguments: str) -> bytes:
    # An empty environment: the worker needs no address, key or password of ours.
    command = [sys.executable, "-I", "-m", "clavis_signing.pdf.worker", *arguments]
    try:
        done = subprocess.run(
            command, input=document, capture_output=True, timeout=WALL_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerFailed(Fault.TOO_COMPLEX) from error
    if done.returncode < 0:  # killed by a limit
        raise WorkerFailed(Fault.TOO_COMPLEX)
    if done.returncode != 0:
        raise WorkerFailed(Fault.BROKEN)
    return done.stdout
