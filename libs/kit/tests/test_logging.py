"""What the libraries log comes out as our lines do: JSON, without what people typed."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from clavis_kit.logging import PlainLogger, configure, get_logger


@pytest.fixture
def configured() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure("pin")
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_librarys_line_is_json_without_personal_data(configured: None) -> None:
    record = logging.LogRecord(
        "aiokafka.client", logging.ERROR, "f", 1, "cannot tell %s", ("+34600111222",), None
    )
    line = json.loads(logging.getLogger().handlers[0].format(record))
    assert line["event"] == "cannot tell [redacted]"
    assert line["logger"] == "aiokafka.client"
    assert line["service"] == "pin"


def test_a_librarys_failure_says_where_and_not_what(configured: None) -> None:
    try:
        raise ValueError("12345678Z")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("asyncio", logging.ERROR, "f", 1, "failed", (), info)
    text = logging.getLogger().handlers[0].format(record)
    line = json.loads(text)
    assert line["error_type"] == "ValueError"
    assert "test_logging.py" in line["where"][-1]
    assert "12345678Z" not in text


def test_our_own_line_keeps_only_what_is_allowed(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    get_logger("x").warning("event_name", code="c", phone="+34600111222")
    line = json.loads(capsys.readouterr().out)
    assert line["event"] == "event_name"
    assert line["code"] == "c"
    assert line["dropped_keys"] == 1
    assert "phone" not in line


def test_the_line_of_a_request_says_where_it_belongs(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    PlainLogger("frame").info("request", route="/things/{id}", status=200)
    line = json.loads(capsys.readouterr().out)
    assert line.items() >= {
        "event": "request", "module": "frame", "level": "info", "route": "/things/{id}",
        "status": 200,
    }.items()  # fmt: skip
    assert {"service", "timestamp"} <= line.keys()


def test_the_line_of_a_request_heeds_the_level(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("things", "WARNING")
    PlainLogger("frame").info("request")
    configure("things")
    assert capsys.readouterr().out == ""
