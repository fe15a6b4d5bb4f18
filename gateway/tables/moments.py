"""A time in a cell, by a pattern; a pattern that would lose information is refused.

Patterns have the directives of strptime. It is not used, because it takes `%p` with `%H` and drops it, fills
a missing year with 1900, knows month names of the process's locale only, and refuses 24:00.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import LATEST_NS, SECOND
from gateway.tables.cells import number
from gateway.tables.names import days_of_week, halves, months
from gateway.times import parse_rfc3339, zone_seconds

NS_PER: Final = {"unix_s": SECOND, "unix_ms": 1_000_000}
YEARS: Final = range(1999, 2102)  # a zone may shift a time into 2000 to 2100
DAY_NS: Final = 86_400 * SECOND
DAYS: Final = "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
_SHORTHANDS: Final = {"%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y", "%F": "%Y-%m-%d", "%h": "%b"}
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"\s?(?P<d>[0-9]{1,2})",
    "j": r"(?P<j>[0-9]{1,3})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[^\W\d_]\.?\s?[^\W\d_]+\.?)",
    "b": r"(?P<b>[^\W\d_]+)\.?",
    "B": r"(?P<B>[^\W\d_]+)\.?",
    "a": r"(?P<a>[^\W\d_]+)\.?",
    "A": r"(?P<A>[^\W\d_]+)\.?",
    "z": r"(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
_WIDTHS: Final = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "I": 2, "M": 2, "S": 2, "f": 6}
WITH_ZONE: Final = ("rfc3339", *NS_PER)
EXCEL: Final = "excel"  # cells that are dates, or a date and a time
EXPECTED: Final = "expected rfc3339, unix_s, unix_ms, excel or a pattern like %d.%m.%Y %H:%M"


@dataclass(frozen=True, slots=True)
class Moment:
    """`ns` since 1970, of UTC; or, where the text names no zone, as a clock on the wall shows it."""

    ns: int
    is_local: bool


Parse = Callable[[str], Moment]


def parser(time_format: str, language: str = "en") -> Parse:
    """What reads times of this format. Raises ValueError for a format that cannot be meant."""
    if time_format == "rfc3339":
        return _rfc3339
    if time_format in NS_PER:
        return lambda shown: Moment(_unix(shown, NS_PER[time_format]), is_local=False)
    if time_format == EXCEL:
        return _excel
    if "%" not in time_format:
        raise ValueError(f"time_format: {EXPECTED}")
    return Pattern(time_format, language)


def _rfc3339(shown: str) -> Moment:
    try:
        return Moment(parse_rfc3339(shown), is_local=False)
    except InputError as error:
        raise InputError(f"{error}; for other times give a pattern in time_format") from None


def names_a_zone(time_format: str) -> bool:
    """Whether times of this format say where they belong."""
    return time_format in WITH_ZONE or "z" in _letters(time_format)


def check_year(shown: datetime) -> None:
    """Raises InputError for years that calendars cannot be asked about safely."""
    if shown.year not in YEARS:
        raise InputError(f"time '{shown}' lies outside 2000 to 2100; check time_format")


def _excel(shown: str) -> Moment:
    """`2026-01-05 11:00:00.000000`, or a date at midnight and a time behind it."""
    parts = shown.split()
    if len(parts) == 3 and parts[1] == "00:00:00.000000":
        parts = [parts[0], parts[2]]
    try:
        found = datetime.strptime(" ".join(parts), "%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ007
    except ValueError:
        raise InputError(
            f"{shown[:60]!r} is no cell with a date and time; format the column as date, or give time_format"
        ) from None
    check_year(found)
    return Moment(calendar.timegm(found.timetuple()) * SECOND + found.microsecond * 1000, is_local=True)


def _unix(shown: str, ns_per: int) -> int:
    """Exactly, rounded down to whole ns. Raises InputError."""
    if not abs(number(shown)) * ns_per <= LATEST_NS:
        raise InputError(f"time {shown[:40]!r} lies outside 2000 to 2100; check time_format")
    return math.floor(Fraction(shown) * ns_per)


class Pattern:
    """One compiled pattern."""

    def __init__(self, time_format: str, language: str) -> None:
        self._format = time_format
        self._check(_letters(time_format))
        self.months, self.halves = months(language), halves(language)
        self._language = language
        self.regex = re.compile(_regex(time_format))

    def __call__(self, shown: str) -> Moment:
        match = self.regex.fullmatch(shown)
        if match is None:
            raise InputError(f"time {shown[:40]!r} does not match {self._format!r}")
        part = match.groupdict()
        wall, fraction = self._wall(part), int((part.get("f") or "0").ljust(9, "0"))
        check_year(wall)
        self._check_day(part, wall)
        seconds = calendar.timegm(wall.timetuple())
        zone = part.get("z")
        ns = (seconds - (zone_seconds(zone) if zone else 0)) * SECOND + fraction
        if part.get("H") == "24":
            ns += DAY_NS
        return Moment(ns, is_local=zone is None)

    def _wall(self, part: dict[str, str]) -> datetime:
        """The date and whole seconds; 24:00 as 00:00. Raises InputError, ValueError."""
        hour, minute, second = self._hour(part), int(part.get("M") or 0), int(part.get("S") or 0)
        if hour == 24:
            if minute or second or int(part.get("f") or 0):
                raise InputError("no time is later than 24:00")
            hour = 0
        year = int(part["Y"]) if "Y" in part else 2000 + int(part["y"])
        if "j" in part:
            return datetime(year, 1, 1, hour, minute, second) + _days(year, int(part["j"]))  # noqa: DTZ001
        return datetime(year, self._month(part), int(part["d"]), hour, minute, second)  # noqa: DTZ001

    def _month(self, part: dict[str, str]) -> int:
        if "m" in part:
            return int(part["m"])
        name = part.get("b") or part["B"]
        found = self.months.get(name.lower())
        if found is None:
            raise InputError(f"{name[:40]!r} is no month in language {self._language!r}; check language")
        return found

    def _check_day(self, part: dict[str, str], wall: datetime) -> None:
        """Raises InputError where the day of the week is another one: day and month may be swapped."""
        name = part.get("a") or part.get("A")
        if not name or wall.weekday() in (days := days_of_week(self._language, name)):
            return
        if not days:
            raise InputError(
                f"{name[:40]!r} is no day of the week in language {self._language!r}; check language"
            )
        raise InputError(
            f"{wall:%Y-%m-%d} is a {DAYS[wall.weekday()]}, and no {name[:40]!r}; "
            "check the order of day and month"
        )

    def _hour(self, part: dict[str, str]) -> int:
        if "I" not in part:
            return int(part.get("H") or 0)
        hour, half = int(part["I"]), re.sub(r"[\s.]", "", part["p"]).lower()
        if half not in self.halves or not 1 <= hour <= 12:
            raise InputError(f"{part['I']} {part['p'][:20]!r} is no time of day; check language")
        return hour % 12 + 12 * self.halves[half]

    def _check(self, letters: list[str]) -> None:
        """Raises ValueError for a pattern that cannot be read without a guess."""
        if unknown := [letter for letter in letters if letter not in _DIRECTIVES]:
            raise ValueError(f"time_format: %{unknown[0]} is not known; known: {_known()}")
        counted = [letter for letter in letters if letter != "%"]
        if doubled := {letter for letter in counted if counted.count(letter) > 1}:
            raise ValueError(f"time_format: %{min(doubled)} stands twice")
        if not {"j"} & set(letters) and not ({"m", "b", "B"} & set(letters) and "d" in letters):
            raise ValueError(f"time_format: {self._format!r} has no month or no day; it is never guessed")
        if not {"Y", "y"} & set(letters):
            raise ValueError(f"time_format: {self._format!r} has no year; it is never guessed")
        _check_hours(set(letters))


def _days(year: int, day: int) -> timedelta:
    """From the first of January to the given day of the year. Raises InputError."""
    if not 1 <= day <= 365 + calendar.isleap(year):
        raise InputError(f"{year} has no day {day}")
    return timedelta(days=day - 1)


def _check_hours(letters: set[str]) -> None:
    if "H" in letters and letters & {"p", "I"}:
        raise ValueError("time_format: %H is an hour of 24; with a.m. and p.m. (%p) write %I")
    if ("I" in letters) != ("p" in letters):
        raise ValueError(
            "time_format: %I is an hour of 12, and means nothing without %p (a.m., p.m.); or write %H"
        )
    for small, large in ((("M",), ("H", "I")), (("S",), ("M",)), (("f",), ("S",))):
        if letters & set(small) and not letters & set(large):
            raise ValueError(f"time_format: %{small[0]} without %{large[0]}")
    for one, other in (("Y", "y"), ("m", "b"), ("m", "B"), ("b", "B"), ("a", "A"), ("j", "m"), ("j", "d")):
        if one in letters and other in letters:
            raise ValueError(f"time_format: %{one} and %{other} say the same twice")


def _letters(time_format: str) -> list[str]:
    return re.findall(r"%(.?)", _long(time_format), re.DOTALL)


def _long(time_format: str) -> str:
    for short, long in _SHORTHANDS.items():
        time_format = time_format.replace(short, long)
    return time_format


def _regex(time_format: str) -> str:
    pieces = [piece for piece in re.split(r"(%.|\s+)", _long(time_format), flags=re.DOTALL) if piece]
    around = zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False)
    return "".join(_piece(piece, before, behind) for before, piece, behind in around)


def _piece(piece: str, before: str, behind: str) -> str:
    """A directive with digits directly beside it has a fixed length: else 2026111 would be two dates."""
    if not piece.startswith("%"):
        return r"\s+" if piece.isspace() else re.escape(piece)
    width = _WIDTHS.get(piece[1])
    is_beside = _is_digits(behind[:2], 0) or (piece != "%f" and _is_digits(before[-2:], -1))
    if width and is_beside:
        return f"(?P<{piece[1]}>[0-9]{{{width}}})"
    return _DIRECTIVES[piece[1]]


def _is_digits(piece: str, end: int) -> bool:
    """Whether this part of a pattern has a digit at its end (-1) or its begin (0)."""
    return piece[1:] in _WIDTHS if piece.startswith("%") else piece[end:][:1].isdigit()


def _known() -> str:
    return " ".join(f"%{letter}" for letter in _DIRECTIVES)
