"""Local times of rows to UTC, by the order the rows stand in.

In a file that runs forward, a local hour that comes a second time is the second pass of that hour: the clock
was set back. Any other step backwards is a mistake, unless the mapping says that the order means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import SECOND, Mask, Qualities, Quality, Times
from gateway.tables import check_time
from gateway.tables.moments import check_year
from gateway.times import format_rfc3339, instants

Order = Literal["forward", "backward", "any"]
_MINUTE_NS: Final = 60 * SECOND
_LONGEST_PASS_NS: Final = 3 * 3600 * SECOND  # clocks are set back by less


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Times in UTC with what they are worth, and mistakes by the number of their row."""

    time: Times  # int64[N], ns UTC
    quality: Qualities  # uint8[N]: UNCERTAIN where nobody can tell which of two passes is meant
    problems: tuple[tuple[int, str], ...]


def placed(shown: Times, where: tzinfo | None, order: Order) -> Placed:
    """`shown`: ns as clocks in `where` showed them, or of UTC without one, in the order of the file."""
    if order == "backward":
        found = placed(shown[::-1], where, "forward")
        last = len(shown) - 1
        back = tuple((last - row, why) for row, why in reversed(found.problems))
        return Placed(found.time[::-1], found.quality[::-1], back)
    local = _Local(shown, where) if where is not None else None
    problems = [*local.problems()] if local else []
    if problems:
        return Placed(shown, np.zeros(len(shown), np.uint8), tuple(problems))
    time, quality = local.times(order) if local else (shown, np.zeros(len(shown), np.uint8))
    if order != "any":
        problems += _steps_back(time)
    return Placed(time, quality, tuple(problems))


def _steps_back(time: Times) -> list[tuple[int, str]]:
    rows = np.flatnonzero(np.diff(time) < 0) + 1
    backward = len(rows) > len(time) // 2
    hint = 'order = "backward" takes files whose newest row comes first' if backward else (
        'order = "any" takes rows in any order'
    )  # fmt: skip
    return [
        (int(row), f"the time goes back from {_utc(time[row - 1])} to {_utc(time[row])}; {hint}")
        for row in rows
    ]


def _utc(time_ns: np.int64) -> str:
    return format_rfc3339(int(time_ns)).replace(".000000000Z", "Z")


class _Local:
    """What clocks in a zone showed, and the two instants each time can be."""

    def __init__(self, shown: Times, where: tzinfo) -> None:
        self._shown, self._where = shown, where
        minutes, self._which = np.unique(shown // _MINUTE_NS, return_inverse=True)
        found = list(_offsets_of(minutes, where))
        self._first = np.array([f[0] for f in found], np.int64)[self._which]
        self._second = np.array([f[1] for f in found], np.int64)[self._which]
        self._skipped = np.array([f[2] for f in found], np.bool_)[self._which]

    def problems(self) -> list[tuple[int, str]]:
        """Times that no clock there showed."""
        return [
            (int(row), _never(int(self._shown[row]), self._where)) for row in np.flatnonzero(self._skipped)
        ]

    def times(self, order: Order) -> tuple[Times, Qualities]:
        twice = self._first != self._second
        second = np.zeros(len(twice), np.bool_)
        quality = np.where(twice, Quality.UNCERTAIN, Quality.GOOD).astype(np.uint8)
        if order != "any":
            for begin, end in self._runs(twice):
                turn = _turn(self._shown[begin:end])
                if turn is not None:
                    second[begin + turn : end] = True
                    quality[begin:end] = Quality.GOOD
        return self._shown - np.where(second, self._second, self._first), quality

    def _runs(self, twice: Mask) -> list[tuple[int, int]]:
        """Successive rows of one night in which the clock was set back."""
        rows = np.flatnonzero(twice)
        apart = (np.diff(rows) > 1) | (np.abs(np.diff(self._shown[rows])) > _LONGEST_PASS_NS)
        return [
            (int(part[0]), int(part[-1]) + 1)
            for part in np.split(rows, np.flatnonzero(apart) + 1)
            if len(part)
        ]


def _turn(shown: NDArray[np.int64]) -> int | None:
    """Where the second pass begins; None where the rows do not tell.

    Equal times are both passes only of a logger with one row an hour; else they are two rows of one time.
    """
    back = np.flatnonzero(np.diff(shown) < 0)
    if len(back):
        return int(back[0]) + 1
    return 1 if len(shown) == 2 and shown[0] == shown[1] else None


def _offsets_of(minutes: NDArray[np.int64], where: tzinfo) -> Iterator[tuple[int, int, bool]]:
    """Of sorted minutes; an hour that begins and ends alike is alike within: clocks do not change twice."""
    for hour, some in groupby(minutes.tolist(), lambda minute: minute // 60):
        first, last = (_offsets(minute * _MINUTE_NS, where) for minute in (hour * 60, hour * 60 + 59))
        yield from (first if first == last else _offsets(minute * _MINUTE_NS, where) for minute in some)


def _offsets(shown_ns: int, where: tzinfo) -> tuple[int, int, bool]:
    """ns ahead of UTC in the first and the second pass of this minute, and whether clocks skip it."""
    wall = datetime.fromtimestamp(shown_ns // SECOND, UTC).replace(tzinfo=None)
    found = instants(wall, where)
    if not found:
        return 0, 0, True
    return shown_ns - found[0], shown_ns - found[-1], False


def _never(shown_ns: int, where: tzinfo) -> str:
    wall = datetime.fromtimestamp(shown_ns // SECOND, UTC).replace(tzinfo=None)
    return (
        f"clocks in {where} never showed {wall}; check time_zone: a logger whose clock knows no "
        'summer time has a fixed offset like "+01:00"'
    )


def moment(shown: datetime, where: tzinfo) -> tuple[int, Quality]:
    """One local time as ns UTC; UNCERTAIN, and the earlier one, where the clock showed it twice.

    Raises InputError for a time that clocks there skip, and outside 2000 to 2100.
    """
    check_year(shown)
    found = instants(shown, where)
    if not found:
        shown_ns = int(shown.replace(tzinfo=UTC).timestamp()) * SECOND
        raise InputError(_never(shown_ns, where))
    time_ns = found[0] + shown.microsecond * 1000
    check_time(time_ns, f"{shown}")
    return time_ns, Quality.GOOD if len(found) == 1 else Quality.UNCERTAIN
