"""Files that loggers leave behind, one file per format; the file's name is the --format of `cryogate import`.

A file in this folder provides

    class Options                          frozen dataclass: the mapping, from a TOML file or the command line
    def read(data: bytes, options: Options) -> Download

`read` raises InputError with every mistake it finds, one a line; it takes a file whole or not at all.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LARGEST_VALUE, LATEST_NS, Floats, Qualities, Quality, Times
from gateway.times import instants

MOST_PROBLEMS: Final = 20  # listed; more are only counted
YEARS: Final = range(1999, 2102)  # a zone may shift a time into 2000 to 2100
NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of one place; `name` is the logger's word for it, `unit` what it measures in."""

    name: str
    unit: str
    time: Times  # int64[N], ns UTC
    value: Floats  # float64[N], NaN exactly where BAD
    quality: Qualities  # uint8[N]


@dataclass(frozen=True, slots=True, eq=False)
class Download:
    """Everything a file holds, and what it says about the logger."""

    series: tuple[Series, ...]
    about: dict[str, str]


def zone(name: str) -> ZoneInfo:
    """Raises InputError for a zone nobody knows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(
            f"time_zone: no zone is called {name!r}; expected one like 'Europe/Berlin'"
        ) from None


def number(text: str) -> float:
    """A decimal number as loggers write them. Raises InputError, also for nan, inf, 1e400 and 1_0."""
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise InputError(f"{text[:40]!r} is not a number")
    return float(text)


def measurement(text: str) -> float:
    """A number that an instrument can mean. Raises InputError."""
    value = number(text)
    if not abs(value) <= LARGEST_VALUE:
        raise InputError(f"{text[:40]!r} is not a finite measurement")
    return value


def check_time(time_ns: int, shown: str) -> None:
    """Raises InputError for a time at which no logger measured anything."""
    if not EARLIEST_NS <= time_ns < LATEST_NS:
        raise InputError(f"time {shown!r} lies outside 2000 to 2100; check time_format")


def moment(shown: datetime, where: ZoneInfo) -> tuple[int, Quality]:
    """A local time as ns UTC; UNCERTAIN, and the earlier one, where the clock showed it twice.

    Raises InputError for a time that clocks there skip, and outside 1999 to 2101.
    """
    check_year(shown)
    found = instants(shown, where)
    if not found:
        raise InputError(f"clocks in {where.key} never showed {shown}; check time_zone")
    return found[0] + shown.microsecond * 1000, Quality.GOOD if len(found) == 1 else Quality.UNCERTAIN


def check_year(shown: datetime) -> None:
    """Raises InputError for years that calendars can not be asked about safely."""
    if shown.year not in YEARS:
        raise InputError(f"time '{shown}' lies outside 2000 to 2100; check time_format")


def refuse(problems: list[str]) -> None:
    """Raise InputError if there are any."""
    if problems:
        more = [f"... and {len(problems) - MOST_PROBLEMS} more"] * (len(problems) > MOST_PROBLEMS)
        raise InputError("\n".join([*problems[:MOST_PROBLEMS], *more]))
