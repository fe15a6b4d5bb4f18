"""Lines of the log: text for people, or one JSON object each for programs. Times are UTC."""

from __future__ import annotations

import json
import logging
from enum import StrEnum

from gateway.times import format_rfc3339

SECOND_NS = 1_000_000_000


class LogFormat(StrEnum):
    """How a line of the log looks."""

    TEXT = "text"
    JSON = "json"


def set_up(level: int, form: LogFormat) -> None:
    """To standard error, as the service manager expects it."""
    output = logging.StreamHandler()
    output.setFormatter(_Json() if form is LogFormat.JSON else _Text())
    logging.basicConfig(level=level, handlers=[output], force=True)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return f"{_time(record)[:23]}Z {super().format(record)}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return format_rfc3339(round(record.created * SECOND_NS))
