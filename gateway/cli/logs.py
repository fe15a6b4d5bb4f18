"""Lines of the log: text for people, or one JSON object each for programs. Times are UTC.

A message is one line, whatever a device put into it; only a traceback has several.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

from gateway.text import json_text, lines, one_line
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

    def formatMessage(self, record: logging.LogRecord) -> str:
        return one_line(f"{_time(record)[:23]}Z {super().formatMessage(record)}")

    def formatException(self, ei: Any) -> str:
        return lines(super().formatException(ei))


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
        return json_text(line)


def _time(record: logging.LogRecord) -> str:
    return format_rfc3339(round(record.created * SECOND_NS))
