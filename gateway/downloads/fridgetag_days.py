"""Days of a Fridge-tag's history that contradict themselves or each other: a digit of them is another one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from gateway.downloads.fridgetag_lines import Day, Export
from gateway.errors import InputError
from gateway.tables import printable
from gateway.tables.cells import measurement

LONGEST_GAP_d: Final = 28  # between two days that follow each other; a digit of month or year makes more
REPORT: Final = "TS Report Creation"
BEGIN: Final = "TS Actv"

Doubt = tuple[int, str]  # line, and why


def minute(day: str, shown: str, key: str) -> datetime:
    """A minute of a day, by the logger's clock. Raises InputError."""
    try:
        return datetime.strptime(f"{day} {shown}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    except ValueError:
        text = printable(f"{day} {shown}")
        raise InputError(f"{key!r}: {text!r} is no date with a time from 00:00 to 23:59") from None


def days_in_doubt(export: Export) -> Iterator[Doubt]:
    """The line of each such day, and why. What cannot be read at all is named elsewhere."""
    for day in export.days:
        with suppress(InputError, KeyError):
            yield from ((day.line, why) for why in _extremes_in_doubt(day))
    yield from _dates_in_doubt(export.days)
    yield from _numbers_in_doubt(export.days)
    yield from _lost(export.days)
    yield from _outside(export)


def left_out(days: Sequence[Day]) -> Iterator[str]:
    """Between which days some are missing: nobody else says so."""
    for (_, one), (_, other) in itertools.pairwise(sorted(_dated(days), key=lambda known: known[1])):
        if (missing := (other - one).days - 1) > 0:
            yield f"no day between {one} and {other}: {missing} left out"


def without_limits(export: Export) -> Iterator[str]:
    """What the device judged is not compared where the file does not tell by what."""
    judged = {number for day in export.days for number in day.alarms}
    if missing := sorted(judged - export.limits.keys()):
        numbers = ", ".join(map(str, missing))
        yield f"no limit (`T AL`) of alarm {numbers}: what the device judged of it is left out"


def _extremes_in_doubt(day: Day) -> Iterator[str]:
    low, high = measurement(day.fields["Min T"]), measurement(day.fields["Max T"])
    if low > high:
        yield f"'Min T' {low:g} lies above 'Max T' {high:g}"
    elif "Avrg T" in day.fields and not low <= (mean := measurement(day.fields["Avrg T"])) <= high:
        yield f"'Avrg T' {mean:g} lies outside of 'Min T' {low:g} and 'Max T' {high:g}"


def _lost(days: Sequence[Day]) -> Iterator[Doubt]:
    """Lines that a day has not, and others have: without that of the timeout, BAD readings would be good."""
    timeouts, alarms = any(day.timeouts for day in days), {number for day in days for number in day.alarms}
    for day in days:
        if timeouts and not day.timeouts:
            yield day.line, "no 't AccST', which other days have: nobody knows whether a sensor had a timeout"
        for number in sorted(alarms - day.alarms.keys()):
            yield day.line, f"nothing of alarm {number}, which other days have"


def _dates_in_doubt(days: Sequence[Day]) -> Iterator[Doubt]:
    """They run one way, the newest first as a rule; each stands there once."""
    dated = _dated(days)
    backward = len(dated) > 1 and dated[0][1] > dated[-1][1]
    for (_, before), (line, one) in itertools.pairwise(dated):
        if one == before:
            yield line, f"'Date' {one} stands there twice"
        elif (one < before) != backward:
            yield line, f"'Date' {one} stands behind {before}, and the other days run the other way"
        elif (gap := abs(one - before).days) > LONGEST_GAP_d:
            yield line, f"'Date' {one} stands behind {before}, {gap} days away: a device leaves out no month"


def _numbers_in_doubt(days: Sequence[Day]) -> Iterator[Doubt]:
    """1, 2, 3, ... where the firmware numbers them."""
    if all(day.number is None for day in days):
        return
    for wanted, day in enumerate(days, 0 if days[0].number == 0 else 1):
        if day.number != wanted:
            shown = "no number" if day.number is None else f"number {day.number}"
            yield day.line, f"a day with {shown}, where {wanted} follows: a day was left out, or taken twice"
            return


def _outside(export: Export) -> Iterator[Doubt]:
    """A report knows nothing of before the device was activated, and nothing of after itself."""
    begin, end = _said(export, BEGIN), _said(export, REPORT)
    for day in export.days:
        for key in ("TS Min T", "TS Max T"):
            with suppress(InputError, KeyError):
                at = minute(day.fields["Date"], day.fields[key], key)
                yield from ((day.line, f"{key!r} {at}: {why}") for why in _beyond(at, begin, end))
    for line in export.data:
        with suppress(InputError):
            at = minute(line.shown[:10], line.shown[11:16], "Data")
            yield from ((line.line, f"{at}: {why}") for why in _beyond(at, begin, end))


def _beyond(at: datetime, begin: datetime | None, end: datetime | None) -> Iterator[str]:
    if end is not None and at > end:
        yield f"after {REPORT!r}, {end}"
    if begin is not None and at.date() < begin.date():
        yield f"before {BEGIN!r}, {begin}"


def _said(export: Export, key: str) -> datetime | None:
    with suppress(InputError, KeyError):
        day, _, time = export.head[key].partition(" ")
        return minute(day, time[:5], key)
    return None


def _dated(days: Sequence[Day]) -> list[tuple[int, date]]:
    """Lines, and the dates of those that have one."""
    found = [(day.line, _date(day)) for day in days]
    return [(line, one) for line, one in found if one is not None]


def _date(day: Day) -> date | None:
    with suppress(KeyError, ValueError):
        return date.fromisoformat(day.fields["Date"])
    return None
