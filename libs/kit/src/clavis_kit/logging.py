"""Structured logs without personal data: JSON lines of an allow-list of keys."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

# What may appear. A key that is not here is dropped, so a careless call leaks nothing.
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "service", "logger", "module", "request_id", "trace_id",
        "method", "route", "status", "duration_ms", "code", "reason", "error_type", "where",
        "client_id", "caller", "topic", "partition", "offset", "event_id", "event_type",
        "count", "attempt", "outcome", "verdict", "name", "version", "port", "dropped_keys",
        "seconds", "kid", "file", "phase", "channel", "group", "endpoint", "host",
    }
)  # fmt: skip
# A second net for values: identity numbers, e-mail addresses, phones, JWTs.
_PERSONAL = re.compile(
    r"\b[0-9]{8}[A-Za-z]\b|\b[XYZxyz][0-9]{7}[A-Za-z]\b|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|\+?\d{9,15}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
)
_REDACTED = "[redacted]"


def _only_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Keys with an underscore are structlog's own; its formatter takes them away at the end.
    kept = {key: value for key, value in event.items() if key in ALLOWED_KEYS or key[0] == "_"}
    if len(kept) < len(event):
        kept["dropped_keys"] = len(event) - len(kept)
    return kept


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if isinstance(value, str) and key != "timestamp":
            event[key] = _PERSONAL.sub(_REDACTED, value)
    return event


def _where(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Frames say where it broke; messages and locals may hold personal data and stay out.
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):  # how the standard library passes it
        error = error[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        event["where"] = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames]
        event.setdefault("error_type", type(error).__name__)
    return event


def configure(service: str, level: str = "INFO") -> None:
    """Send everything, ours and the libraries', to standard output as JSON lines."""
    marking: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    cleaning: list[Any] = [_where, _only_allowed, _redact, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*marking, *cleaning],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    PlainLogger.threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *cleaning],
            foreign_pre_chain=[*marking, _foreign],
        )
    )
    logging.basicConfig(level="WARNING", handlers=[handler], force=True)


def _foreign(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    event["logger"] = getattr(record, "name", "library")
    event["exc_info"] = getattr(record, "exc_info", None)
    return event


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a logger; the first argument of a call is a constant event name."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


class PlainLogger:
    """Writes lines that come with every request and whose fields are all our own.

    Nothing is looked through for personal data, and no chain of processors is walked: that costs
    more than the rest of the line. What a request brought must not be in it.
    """

    threshold = logging.INFO

    def __init__(self, name: str) -> None:
        """Write in the name of a module."""
        self._module = name

    def info(self, event: str, **fields: str | float) -> None:
        """Write a line; `event` is a constant."""
        if self.threshold > logging.INFO:
            return
        line = {
            **structlog.contextvars.get_contextvars(),
            "event": event,
            **fields,
            "level": "info",
            "module": self._module,
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
