"""Tables as loggers write them: rows of cells with the numbers of their lines become series of readings.

`moments` reads times, `cells` numbers, `order` turns local times into UTC, `rows` goes through a table.
"""

from __future__ import annotations

from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LATEST_NS, Floats, Qualities, Times

MOST_PROBLEMS: Final = 20  # listed; more are only counted
MOST_WORDS: Final = 60  # about a logger; more are a table
AND: Final = " and "  # between two values of one word
LONGEST_SHOWN: Final = 80  # characters of a line that is shown to people


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of one place; `name` is the logger's word for it, `unit` what it measures in."""

    name: str
    unit: str
    time: Times  # int64[N], ns UTC
    value: Floats  # float64[N], NaN exactly where BAD
    quality: Qualities  # uint8[N]


@dataclass(frozen=True, slots=True)
class Lines:
    """Every line of a file counts as one of these: nothing is passed over in silence."""

    taken: int  # readings, or what the logger judged of them
    header: int  # column names, what the logger says of itself, blank lines
    not_understood: tuple[tuple[int, str], ...] = ()  # number and text of each
    remarks: tuple[str, ...] = ()  # what a person should look at

    @property
    def total(self) -> int:
        return self.taken + self.header + len(self.not_understood)


def check_time(time_ns: int, shown: str) -> None:
    """Raises InputError for a time at which no logger measured anything."""
    if not EARLIEST_NS <= time_ns < LATEST_NS:
        raise InputError(f"time {shown!r} lies outside 2000 to 2100; check time_format")


class Mistakes:
    """What is wrong with a file, by line; a bounded number is kept, all are counted."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, str]] = []
        self.count = 0

    def add(self, line: int, why: object) -> None:
        self.count += 1
        if len(self._kept) < MOST_PROBLEMS:
            self._kept.append((line, str(why)))

    def refuse(self) -> None:
        """Raise InputError if there are any."""
        if self.count:
            more = [f"... and {self.count - MOST_PROBLEMS} more"] * (self.count > MOST_PROBLEMS)
            raise InputError("\n".join([*(f"line {line}: {why}" for line, why in self._kept), *more]))


class About:
    """What a file says about its logger: `Serial: 123` in one cell, or in two.

    What stands there twice, differently, has both values: nobody can tell which one is meant.
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def hear(self, cells: list[str]) -> None:
        filled = [printable(cell) for cell in cells if cell.strip()]
        if len(filled) == 1:
            key, _, value = filled[0].partition(":")
            filled = [key, value]
        if len(filled) > 1 and filled[0].strip(" :") and filled[1].strip() and len(self.words) < MOST_WORDS:
            key, value = filled[0].strip(" :"), filled[1].strip()
            known = self.words.setdefault(key, value)
            if value not in known.split(AND):
                self.words[key] = f"{known}{AND}{value}"[:LONGEST_SHOWN]


def printable(text: str) -> str:
    """At most LONGEST_SHOWN characters that a terminal can show."""
    return "".join(c if c.isprintable() else " " for c in text.strip()[:LONGEST_SHOWN])
