"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TextIO

WIDTH = 30
LINE_SECONDS = 10.0
BAR_SECONDS = 0.1


class Progress:
    """Counts towards a total; writes to standard error."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        """Begin at nothing."""
        self._total, self._stream = total, stream or sys.stderr
        self._done, self._counted = 0, 0
        self._started = self._shown = time.monotonic()
        self._pause = BAR_SECONDS if self._stream.isatty() else LINE_SECONDS

    def advance(self, count: int, *, counted: bool = True) -> None:
        """Move on; what was done in an earlier run does not count for the speed."""
        self._done += count
        self._counted += count if counted else 0
        if time.monotonic() - self._shown >= self._pause:
            self._show()

    def finish(self) -> None:
        """Show the end."""
        self._total = self._done
        self._show()
        if self._stream.isatty():
            self._stream.write("\n")

    def _show(self) -> None:
        self._shown = time.monotonic()
        part = min(self._done / self._total, 1.0) if self._total else 1.0
        speed = self._counted / max(self._shown - self._started, 1e-9)
        bar = "#" * int(part * WIDTH)
        text = f"[{bar:<{WIDTH}}] {part:4.0%} {self._done} of {self._total}, {speed:.0f}/s"
        self._stream.write(f"\r{text}" if self._stream.isatty() else f"{text}\n")
        self._stream.flush()
