"""Text export of Berlinger Fridge-tags (also sold as Q-tag): days with extremes, and of some all readings.

`Hist:` has of each day the lowest and the highest temperature with the local minute each was reached. They
prove nothing between them: a row NO_DATA stands between each two. `Data:` of the 2 L and the Ultra Low has
one reading a line. The file names no zone: `time_zone` has to be given. A day in which the sensor timed out
has no reading that could be trusted. Source: exports of firmware 3.4p0o and 4.0p1o; `Data:` is from a
description.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo

import numpy as np

from gateway.dataclass import dataclass
from gateway.downloads import Download
from gateway.downloads import fridgetag_verdicts as verdicts
from gateway.downloads.fridgetag_days import days_in_doubt, left_out, minute, without_limits
from gateway.downloads.fridgetag_lines import Day, Export, parse
from gateway.errors import InputError
from gateway.model import Quality
from gateway.statements.verdict import Verdict
from gateway.tables import Mistakes, Series, check_time
from gateway.tables.cells import measurement
from gateway.tables.moments import parser
from gateway.tables.order import moment, placed
from gateway.tables.same_times import same_times
from gateway.text import counted
from gateway.zones import zone

UNITS = {"C": "degC", "F": "degF"}
ABOUT = ("Device", "Fw Vers", "Serial", "Lot", "TS Actv", "TS Report Creation")
MOST_DAYS = 400  # the device keeps 60
NAN = float("nan")

Row = tuple[int, float, Quality]


@dataclass(frozen=True, slots=True)
class Options:
    """`time_zone`: where the logger's clock was set, a place or a fixed offset."""

    time_zone: str

    def __post_init__(self) -> None:
        zone(self.time_zone)


def read(data: bytes, options: Options) -> Download:
    """Series "sensor" of the days' extremes, and "data" where there is one. Raises InputError."""
    try:
        export = parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"not a Fridge-tag export: {error}") from None
    unit, where, mistakes = _unit(export), zone(options.time_zone), Mistakes()
    for line, why in export.mistakes:
        mistakes.add(line, why)
    days = _days(export, where, mistakes)
    lines = list(_data(export, where, mistakes))
    judged = [] if mistakes.count else list(_judged(export, lines, where, unit, mistakes))
    mistakes.refuse()
    series = [_series(verdicts.HISTORY, unit, days)] if days else []
    series += [_series(verdicts.DATA, unit, [row for _, row in lines])] if lines else []
    about = {key: export.head[key] for key in ABOUT if key in export.head}
    if not export.limits and (marked := sum(is_marked for is_marked, _ in lines)):
        about["Out of limits"] = f"{counted(marked, 'line')}, of limits that the file does not tell"
    told = (*_unsigned(export), *without_limits(export), *left_out(export.days))
    remarks = (*told, *filter(None, map(same_times, series)))
    return Download(tuple(series), about, replace(export.lines, remarks=remarks), tuple(judged))


def _unsigned(export: Export) -> Iterator[str]:
    if "Sig" not in export.head:
        yield (
            "the report ends without its signature (`Sig:`), with which the device ends each: it may be cut, "
            "and days or readings be missing; copy the file again"
        )


def _unit(export: Export) -> str:
    """Raises InputError where this is no export at all."""
    if "Device" not in export.head or not (export.days or export.data):
        raise InputError(
            "not a Fridge-tag export: expected `Device:`, and `Hist:` with at least one day, or `Data:`"
        )
    if len(export.days) > MOST_DAYS:
        raise InputError(
            f"{len(export.days)} days; a Fridge-tag keeps 60, and more than {MOST_DAYS} are not taken"
        )
    unit = UNITS.get(export.head.get("Temp unit", ""))
    if unit is None:
        raise InputError(f"`Temp unit: {export.head.get('Temp unit')}`: expected C or F")
    return unit


def _days(export: Export, where: tzinfo, mistakes: Mistakes) -> list[Row]:
    """Extremes in order of time, and a row NO_DATA between each two."""
    rows: list[Row] = []
    for line, why in days_in_doubt(export):
        mistakes.add(line, why)
    for day in export.days:
        for number, told in day.alarms.items():
            if "t Acc" not in told:
                mistakes.add(day.line, f"alarm {number}: no 't Acc'")
        try:
            rows += _extremes(day, where)
        except (InputError, ValueError) as error:
            mistakes.add(day.line, error)
        except KeyError as error:
            mistakes.add(day.line, f"no {error}")
    rows.sort()
    between = [
        (one[0] + (other[0] - one[0]) // 2, NAN, Quality.NO_DATA)
        for one, other in itertools.pairwise(rows)
        if other[0] - one[0] > 1
    ]
    return sorted([*rows, *between])


def _extremes(day: Day, where: tzinfo) -> Iterator[Row]:
    timed_out = day.has_timeout
    for key in ("Min T", "Max T"):
        text, at = day.fields[key], day.fields[f"TS {key}"]
        if text == verdicts.NO_VALUE and "-" in at:
            continue
        time_ns, quality = moment(minute(day.fields["Date"], at, f"TS {key}"), where)
        if timed_out or text == verdicts.NO_VALUE:
            yield time_ns, NAN, Quality.BAD
        else:
            yield time_ns, measurement(text), quality


def _data(export: Export, where: tzinfo, mistakes: Mistakes) -> Iterator[tuple[bool, Row]]:
    """Whether the device marked it, and the reading."""
    parse_minute, parse_second = parser("%Y-%m-%d %H:%M"), parser("%Y-%m-%d %H:%M:%S")
    shown, values = [], []
    for line in export.data:
        try:
            ns = (parse_minute if line.shown.count(":") == 1 else parse_second)(line.shown).ns
            check_time(ns, line.shown)
            values.append(NAN if line.value is None else measurement(line.value))
            shown.append(ns)
        except (InputError, ValueError) as error:
            mistakes.add(line.line, error)
    if len(shown) < len(export.data):
        return
    forward = not shown or shown[0] <= shown[-1]
    times = placed(np.array(shown, np.int64), where, "forward" if forward else "backward")
    for row, why in times.problems:
        mistakes.add(export.data[row].line, why.partition("; order = ")[0])  # an option of tables
    for line, value, time_ns, quality in zip(export.data, values, times.time, times.quality, strict=True):
        worth = Quality.BAD if line.value is None else Quality(int(quality))
        yield line.is_beyond, (int(time_ns), value, worth)


def _judged(
    export: Export, lines: list[tuple[bool, Row]], where: tzinfo, unit: str, mistakes: Mistakes
) -> Iterator[Verdict]:
    readings = [
        (ns, value if worth < Quality.BAD and verdicts.can_be(value, unit) else None, marked)
        for marked, (ns, value, worth) in lines
    ]
    known = verdicts.limits(export, readings, unit)
    for day in export.days:
        try:
            yield from verdicts.of_day(day, known, where, unit)
        except (InputError, ValueError) as error:
            mistakes.add(day.line, f"alarms: {error}")
    yield from verdicts.of_marks(readings, known, unit)


def _series(name: str, unit: str, rows: list[Row]) -> Series:
    return Series(
        name,
        unit,
        np.array([r[0] for r in rows], np.int64),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows], np.uint8),
    )
