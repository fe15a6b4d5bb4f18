"""Fields that several routes ask for, with their bounds: names, moments, texts."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path, Query

from gateway.errors import InputError
from gateway.statements.fields import LONGEST_NAME
from gateway.times import parse_rfc3339

LONGEST_MOMENT: Final = 40  # characters
MOST_NAMES: Final = 200  # in a query

Name = Annotated[str, Path(max_length=LONGEST_NAME)]
Named = Annotated[str | None, Query(max_length=LONGEST_NAME)]
Names = Annotated[list[str] | None, Query(max_length=MOST_NAMES)]
Moment = Annotated[
    str | None,
    Query(max_length=LONGEST_MOMENT, description="RFC 3339 with zone.", examples=["2026-01-05T11:00:00Z"]),
]


def moment_ns(text: str | None, otherwise_ns: int) -> int:
    """Raises InputError."""
    return otherwise_ns if text is None else parse_rfc3339(text)


def interval_ns(start: str | None, end: str | None, default: tuple[int, int]) -> tuple[int, int]:
    """Raises InputError unless it begins before it ends."""
    start_ns, end_ns = moment_ns(start, default[0]), moment_ns(end, default[1])
    if start_ns >= end_ns:
        raise InputError("`from` must lie before `to`: give both as RFC 3339 with zone")
    return start_ns, end_ns
