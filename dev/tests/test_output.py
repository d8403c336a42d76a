import io
import json
from pathlib import Path

import pytest

from dev.output import Terminal, last_lines


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def _relayed(line: str, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    Terminal(stream, verbose=verbose).relay("pin", line)
    return stream.getvalue()


def test_routine_lines_stay_in_the_log_file() -> None:
    assert _relayed(json.dumps({"level": "info", "event": "request"})) == ""


def test_verbose_shows_everything() -> None:
    assert "request" in _relayed(json.dumps({"level": "info", "event": "request"}), verbose=True)


def test_a_warning_is_shown_in_words() -> None:
    line = json.dumps({"level": "warning", "event": "message_failed", "channel": "sms"})
    assert _relayed(line) == "pin       | warning message_failed channel=sms\n"


def test_what_is_no_log_line_is_shown_as_it_is() -> None:
    assert _relayed("CLAVIS_PIN_PORT: field required").endswith(
        "| CLAVIS_PIN_PORT: field required\n"
    )


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    on_terminal, piped = _Tty(), io.StringIO()
    for stream in (on_terminal, piped):
        Terminal(stream).relay("pin", "x")
    assert "\033[" in on_terminal.getvalue()
    assert "\033[" not in piped.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _Tty()
    Terminal(plain).relay("pin", "x")
    assert "\033[" not in plain.getvalue()


def test_the_end_of_a_log_explains_a_death(tmp_path: Path) -> None:
    log = tmp_path / "pin.log"
    log.write_text("\n".join(str(number) for number in range(40)))
    assert last_lines(log, 2) == "    38\n    39"
    assert last_lines(tmp_path / "none") == ""
