"""What a Fridge-tag judged of each day, and whether its own readings say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from gateway.downloads.fridgetag_lines import Day, Export
from gateway.model import SECOND
from gateway.statements.verdict import AGREES, CONTRADICTS, NOT_COMPARED, Verdict
from gateway.tables.cells import measurement
from gateway.times import instants

HISTORY, DATA = "sensor", "data"  # names of the two series


def limits(export: Export) -> dict[int, tuple[float, bool]]:
    """Limit of each alarm, and whether it is an upper one: of two the larger, else all but the first."""
    found = {number: measurement(fields["T AL"]) for number, fields in export.limits.items()}
    largest = max(found.values(), default=0.0)
    return {
        number: (limit, limit == largest if len(found) == 2 else number > 0)
        for number, limit in found.items()
    }


def of_days(export: Export, where: tzinfo, unit: str) -> Iterator[Verdict]:
    """One for each alarm of each day. Raises InputError, ValueError, KeyError."""
    known = limits(export)
    for day in export.days:
        date = datetime.strptime(day.fields["Date"], "%Y-%m-%d")  # noqa: DTZ007
        first_ns, last_ns = (_midnight_ns(date + timedelta(days=d), where) for d in (0, 1))
        for number, told in day.alarms.items():
            if number in known:
                limit, above = known[number]
                beyond_s = 60 * int(told["t Acc"])
                alarm_ns = _alarm_ns(told, day, where)
                compared = _compared(day, limit, above, beyond_s)
                yield Verdict(HISTORY, above, limit, unit, first_ns, last_ns, beyond_s, alarm_ns, compared)


def of_marks(
    readings: Sequence[tuple[int, float | None, bool]], known: Mapping[int, tuple[float, bool]], unit: str
) -> Iterator[Verdict]:
    """One for each run of lines that are marked as beyond, or should be; readings are (ns, value, marked)."""
    upper = [limit for limit, above in known.values() if above]
    lower = [limit for limit, above in known.values() if not above]
    high, low = min(upper, default=float("inf")), max(lower, default=float("-inf"))
    usable = [(time, value, marked) for time, value, marked in readings if value is not None]
    for (marked, side), run in groupby(usable, key=lambda r: (r[2], (r[1] > high) - (r[1] < low))):
        first_ns, last_ns = _span([time for time, _, _ in run])
        if not marked and side == 0:
            continue
        above = side > 0
        limit = high if above else low
        agrees = marked and side != 0
        yield Verdict(
            DATA, above, limit if abs(limit) < float("inf") else 0.0, unit, first_ns, last_ns,
            (last_ns - first_ns) // SECOND if marked else 0, None, AGREES if agrees else CONTRADICTS,
        )  # fmt: skip


def _span(times: list[int]) -> tuple[int, int]:
    return times[0], times[-1]


def _midnight_ns(date: datetime, where: tzinfo) -> int:
    """The first instant of a day, also where clocks skip midnight."""
    for minutes in (0, 60, 120):
        if found := instants(date + timedelta(minutes=minutes), where):
            return found[0]
    raise ValueError(f"{where} has no {date:%Y-%m-%d}")


def _alarm_ns(told: Mapping[str, str], day: Day, where: tzinfo) -> int | None:
    if "TS A" not in told:
        return None
    shown = datetime.strptime(f"{day.fields['Date']} {told['TS A']}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    found = instants(shown, where)
    return found[0] if found else None


def _compared(day: Day, limit: float, above: bool, beyond_s: int) -> str:
    """By the extremes of the day: some of it was beyond exactly if one of them was."""
    far, near = ("Max T", "Min T") if above else ("Min T", "Max T")
    if day.has_timeout or "--.-" in (day.fields[far], day.fields[near]):
        return NOT_COMPARED
    sign = 1 if above else -1
    was_beyond = sign * measurement(day.fields[far]) > sign * limit
    always = sign * measurement(day.fields[near]) > sign * limit
    if was_beyond != (beyond_s > 0) or (beyond_s >= 1440 * 60 and not always):
        return CONTRADICTS
    return AGREES
