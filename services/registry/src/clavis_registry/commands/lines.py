"""The lines of an operator's file."""

import sys
from collections.abc import Iterator
from pathlib import Path

from clavis_registry.commands.running import FileError


def read_lines(file: str) -> Iterator[str]:
    """Read the lines of a file that say anything; `-` is standard input. Raises FileError."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {file} as UTF-8 text") from error
    yield from (line for line in text.splitlines() if line.strip())
