"""Files that loggers leave behind, one file per format; the file's name is the --format of `cryogate import`.

A file in this folder provides

    class Options                          frozen dataclass: the mapping, from a TOML file or the command line
    def read(data: bytes, options: Options) -> Download

`read` raises InputError with every mistake it finds, one a line; it takes a file whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.errors import InputError
from gateway.model import Floats, Qualities, Quality, Times
from gateway.times import instants

MOST_PROBLEMS: Final = 20  # listed; more are only counted


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


def moment(shown: datetime, where: ZoneInfo) -> tuple[int, Quality]:
    """A local time as ns UTC; UNCERTAIN, and the earlier one, where the clock showed it twice.

    Raises InputError for a time that clocks there skip.
    """
    found = instants(shown, where)
    if not found:
        raise InputError(f"clocks in {where.key} never showed {shown}; check time_zone")
    return found[0] + shown.microsecond * 1000, Quality.GOOD if len(found) == 1 else Quality.UNCERTAIN


def refuse(problems: list[str]) -> None:
    """Raise InputError if there are any."""
    if problems:
        more = [f"... and {len(problems) - MOST_PROBLEMS} more"] * (len(problems) > MOST_PROBLEMS)
        raise InputError("\n".join([*problems[:MOST_PROBLEMS], *more]))
