"""What a Fridge-tag judged of each day, and whether its own readings say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from gateway.downloads.fridgetag_days import minute
from gateway.downloads.fridgetag_lines import Day, Export
from gateway.model import SECOND
from gateway.possible import possible
from gateway.statements.verdict import AGREES, CONTRADICTS, NOT_COMPARED, Verdict
from gateway.tables.cells import measurement
from gateway.times import instants
from gateway.units import CONVERSIONS

NO_VALUE = "--.-"
HISTORY, DATA = "sensor", "data"  # names of the two series

Limit = tuple[float, bool | None]  # and whether it is an upper one
Marked = tuple[int, float | None, bool]  # ns, value, whether the device marked it as beyond


def limits(export: Export, readings: Sequence[Marked], unit: str) -> dict[int, Limit]:
    """Of two alarms the larger is an upper one; of one, or of more, the readings tell it."""
    found = {number: measurement(fields["T AL"]) for number, fields in export.limits.items()}
    if len(found) == 2:
        return {number: (limit, limit == max(found.values())) for number, limit in found.items()}
    marks = readings if len(found) == 1 else ()  # of several alarms, a mark does not say which one it is of
    return {number: (limit, _side(export, number, limit, marks, unit)) for number, limit in found.items()}


def _side(export: Export, number: int, limit: float, readings: Sequence[Marked], unit: str) -> bool | None:
    """True for an upper limit, False for a lower one: the only side that no day and no mark contradicts.

    None where both sides fit, or none.
    """
    days = [(day, 60 * int(day.alarms[number]["t Acc"])) for day in export.days if number in day.alarms]
    usable = [(value, marked) for _, value, marked in readings if value is not None]
    possible = [
        above
        for above, sign in ((True, 1), (False, -1))
        if all(_compared(day, limit, above, beyond_s, unit) != CONTRADICTS for day, beyond_s in days)
        and all(marked == (sign * value > sign * limit) for value, marked in usable)
    ]
    return possible[0] if len(possible) == 1 else None


def of_day(day: Day, known: Mapping[int, Limit], where: tzinfo, unit: str) -> Iterator[Verdict]:
    """One for each alarm of the day. Raises ValueError."""
    date = datetime.strptime(day.fields["Date"], "%Y-%m-%d")  # noqa: DTZ007
    first_ns, last_ns = (_midnight_ns(date + timedelta(days=d), where) for d in (0, 1))
    for number, told in day.alarms.items():
        if number in known:
            limit, above = known[number]
            beyond_s = 60 * int(told["t Acc"])
            alarm_ns = _alarm_ns(told, day, where)
            compared = _compared(day, limit, above, beyond_s, unit)
            yield Verdict(HISTORY, above, limit, unit, first_ns, last_ns, beyond_s, alarm_ns, compared)


def of_marks(readings: Sequence[Marked], known: Mapping[int, Limit], unit: str) -> Iterator[Verdict]:
    """One for each run of lines that are marked as beyond, or should be; none where no limit is known."""
    if not known:
        return
    upper = [limit for limit, above in known.values() if above is True]
    lower = [limit for limit, above in known.values() if above is False]
    is_clear = all(above is not None for _, above in known.values())
    high, low = min(upper, default=float("inf")), max(lower, default=float("-inf"))
    usable = [(time, value, marked) for time, value, marked in readings if value is not None]
    for (marked, side), run in groupby(usable, key=lambda r: (r[2], (r[1] > high) - (r[1] < low))):
        times, values, _ = zip(*run, strict=True)
        first_ns, last_ns = times[0], times[-1]
        if not marked and side == 0:
            continue
        above = side > 0 if side else None
        limit = high if above else low if side else _nearest(values[0], known)
        compared = AGREES if marked and side else CONTRADICTS if is_clear else NOT_COMPARED
        yield Verdict(
            DATA, above, limit, unit, first_ns, last_ns,
            (last_ns - first_ns) // SECOND if marked else 0, None, compared,
        )  # fmt: skip


def _nearest(value: float, known: Mapping[int, Limit]) -> float:
    return min((limit for limit, _ in known.values()), key=lambda limit: abs(limit - value))


def _midnight_ns(date: datetime, where: tzinfo) -> int:
    """The first instant of a day, also where clocks skip midnight."""
    for minutes in (0, 60, 120):
        if found := instants(date + timedelta(minutes=minutes), where):
            return found[0]
    raise ValueError(f"{where} has no {date:%Y-%m-%d}")


def _alarm_ns(told: Mapping[str, str], day: Day, where: tzinfo) -> int | None:
    if "TS A" not in told:
        return None
    found = instants(minute(day.fields["Date"], told["TS A"], "TS A"), where)
    return found[0] if found else None


def _compared(day: Day, limit: float, above: bool | None, beyond_s: int, unit: str) -> str:
    """By the extremes of the day: some of it was beyond exactly if one of them was."""
    if above is None:
        return NOT_COMPARED
    far, near = ("Max T", "Min T") if above else ("Min T", "Max T")
    if day.has_timeout or not all(_is_reading(day.fields[key], unit) for key in (far, near)):
        return NOT_COMPARED
    sign = 1 if above else -1
    was_beyond = sign * measurement(day.fields[far]) > sign * limit
    always = sign * measurement(day.fields[near]) > sign * limit
    if was_beyond != (beyond_s > 0) or (beyond_s >= 1440 * 60 and not always):
        return CONTRADICTS
    return AGREES


def _is_reading(text: str, unit: str) -> bool:
    return text != NO_VALUE and can_be(measurement(text), unit)


def can_be(value: float, unit: str) -> bool:
    """What cannot be is stored as BAD, and compared with nothing."""
    conversion, (lowest, highest) = CONVERSIONS[unit], possible("temperature", "degC")
    return lowest <= value * conversion.scale + conversion.offset <= highest
