"""Text export of a Berlinger Fridge-tag 2 (also sold as Q-tag): up to 60 days with their extremes.

Indented `key: value, key: value` lines. Of each day the file has the lowest and the highest temperature with
the local minute each was reached, and no zone: `time_zone` has to be given. A day in which the sensor timed
out has no reading that could be trusted. Source: exports of firmware 4.0p1o.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np

from gateway.downloads import Download
from gateway.errors import InputError
from gateway.model import Quality
from gateway.tables import Lines, Mistakes, Series
from gateway.tables.cells import measurement
from gateway.tables.order import moment
from gateway.tables.zones import zone

UNITS = {"C": "degC", "F": "degF"}
ABOUT = ("Device", "Fw Vers", "Serial", "Lot", "TS Actv", "TS Report Creation")
MOST_DAYS = 400  # the device keeps 60

Fields = dict[str, str]
Row = tuple[int, float, Quality]


@dataclass(frozen=True, slots=True)
class Options:
    """`time_zone`: IANA name of where the logger's clock was set."""

    time_zone: str


def read(data: bytes, options: Options) -> Download:
    """One series called "sensor". Raises InputError."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"not a Fridge-tag export: {error}") from None
    head, days = _parts(lines)
    if "Device" not in head or not days:
        raise InputError("not a Fridge-tag export: expected `Device:`, `Hist:` and at least one day")
    if len(days) > MOST_DAYS:
        raise InputError(f"{len(days)} days; a Fridge-tag keeps 60, and more than {MOST_DAYS} are not taken")
    unit = UNITS.get(head.get("Temp unit", ""))
    if unit is None:
        raise InputError(f"`Temp unit: {head.get('Temp unit')}`: expected C or F")
    rows, mistakes, where = [], Mistakes(), zone(options.time_zone)
    for number, day in days:
        try:
            rows += list(_readings(day, where))
        except (InputError, ValueError, KeyError) as error:
            mistakes.add(number, error if not isinstance(error, KeyError) else f"no {error}")
    mistakes.refuse()
    rows.sort()
    series = Series(
        "sensor",
        unit,
        np.array([r[0] for r in rows], np.int64),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows], np.uint8),
    )
    return Download((series,), {key: head[key] for key in ABOUT if key in head}, Lines(len(lines), 0))


def _parts(lines: list[str]) -> tuple[Fields, list[tuple[int, Fields]]]:
    """Fields before the first day, and those of each day with the line it begins in."""
    head: Fields = {}
    days: list[tuple[int, Fields]] = []
    in_history = False
    for number, line in enumerate(lines, 1):
        fields = dict(_fields(line))
        if not line.startswith(" "):
            in_history = line.strip() == "Hist:"
        if in_history and "Date" in fields:
            days.append((number, {}))
        target = days[-1][1] if in_history and days else head
        for key, value in fields.items():
            target.setdefault(key, value)
    return head, days


def _fields(line: str) -> Iterator[tuple[str, str]]:
    for part in line.strip().split(", "):
        key, separator, value = part.partition(": ")
        if separator:
            yield key, value.strip()


def _readings(day: Fields, where: tzinfo) -> Iterator[Row]:
    timed_out = int(day.get("t AccST", "0")) > 0
    for key in ("Min T", "Max T"):
        shown = datetime.strptime(f"{day['Date']} {day[f'TS {key}']}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
        time_ns, quality = moment(shown, where)
        value = measurement(day[key])
        yield (time_ns, float("nan"), Quality.BAD) if timed_out else (time_ns, value, quality)
