"""What the supervisor prints: one coloured prefix per part, colours only where they are wanted.

Every line a part writes goes to its log file. The terminal shows what a person should know:
warnings and errors, and anything that is not a structured log line. ``VERBOSE=1`` shows all.
"""

import json
import os
import sys
from pathlib import Path
from typing import TextIO

_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
_QUIET_LEVELS = frozenset({"debug", "info"})
_WIDTH = 10


def colours_wanted(stream: TextIO) -> bool:
    """Follow no-color.org: any non-empty NO_COLOR turns colours off, and so does a pipe."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


class Terminal:
    """Writes prefixed lines to one stream; each name keeps its own colour."""

    def __init__(self, stream: TextIO | None = None, *, verbose: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._colours = colours_wanted(self._stream)
        self._verbose = verbose
        self._known: dict[str, int] = {}

    def say(self, sentence: str) -> None:
        """Print a line of the supervisor's own."""
        self._stream.write(sentence + "\n")
        self._stream.flush()

    def relay(self, name: str, line: str) -> None:
        """Print a line of a part, unless it is routine."""
        shown = _readable(line, verbose=self._verbose)
        if shown is not None:
            self.say(f"{self._prefix(name)} {shown}")

    def strong(self, text: str) -> str:
        """Make text bold where colours are on."""
        return f"\033[1m{text}\033[0m" if self._colours else text

    def _prefix(self, name: str) -> str:
        plain = f"{name:<{_WIDTH}}|"
        if not self._colours:
            return plain
        colour = self._known.setdefault(name, _COLOURS[len(self._known) % len(_COLOURS)])
        return f"\033[{colour}m{plain}\033[0m"


def _readable(line: str, *, verbose: bool) -> str | None:
    """Turn a structured log line into words; None when it is routine and not asked for."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if not isinstance(record, dict):
        return line
    level = str(record.pop("level", "info")).lower()
    if level in _QUIET_LEVELS and not verbose:
        return None
    event = record.pop("event", "")
    details = " ".join(f"{key}={value}" for key, value in record.items() if key != "timestamp")
    return f"{level} {event} {details}".rstrip()


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log file, indented, for the sentence that explains a death."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines)
