"""Times of many cells at once. `moments.parser` is the slow twin, which reads what is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LATEST_NS, SECOND, Mask, Times
from gateway.tables.alike import Alike, Whole, alike
from gateway.tables.moments import NS_PER, YEARS, Pattern, parser
from gateway.tables.names import days_of_week
from gateway.times import zone_seconds

_RFC3339: Final = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})[Tt ](?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2})"
    r"(?:[.,](?P<f>[0-9]{1,9}))?(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})"
)
_UNIX: Final = re.compile(r"(?P<whole>[0-9]{1,13})(?:\.(?P<f>[0-9]{1,9}))?")
_THURSDAY: Final = 3  # the first of January 1970; Monday is 0
_DAY_S: Final = 86_400
Spans = dict[str, tuple[int, int]]
"""Where in a text each directive of a pattern stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """`ns`: int64[N], as `Moment` has it. `is_known`: the others are to be read by the row."""

    ns: Times
    is_known: Mask


Read = Callable[[Alike], tuple[Times, Mask] | None]


def many(time_format: str, language: str) -> Callable[[Sequence[str]], Moments]:
    """What reads many times of this format; texts come without blanks around them."""
    read = _reader(time_format, language)

    def moments(texts: Sequence[str]) -> Moments:
        ns, is_known = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
        for group in alike(texts) if read else ():
            found = read(group) if read else None
            if found is not None:
                ns[group.rows], is_known[group.rows] = found
        return Moments(ns, is_known & (ns >= EARLIEST_NS) & (ns < LATEST_NS))

    return moments


def _reader(time_format: str, language: str) -> Read | None:
    if time_format == "rfc3339":
        return _Calendar(_RFC3339, None, language, zone_seconds)
    if time_format in NS_PER:
        return _Unix(NS_PER[time_format])
    pattern = parser(time_format, language)
    return _Calendar(pattern.regex, pattern, language, zone_seconds) if isinstance(pattern, Pattern) else None


class _Unix:
    def __init__(self, ns_per: int) -> None:
        self._ns_per = ns_per

    def __call__(self, group: Alike) -> tuple[Times, Mask] | None:
        match = _UNIX.fullmatch(group.first)
        if match is None:
            return None
        whole = group.number(*match.span("whole"))
        is_known = whole <= LATEST_NS // self._ns_per
        ns = np.where(is_known, whole, 0) * self._ns_per
        if match["f"]:
            ns += group.number(*match.span("f")) * self._ns_per // 10 ** len(match["f"])
        return ns, is_known


class _Calendar:
    def __init__(
        self, regex: re.Pattern[str], pattern: Pattern | None, language: str, zone: Callable[[str], int]
    ) -> None:
        self._regex, self._pattern, self._language, self._zone = regex, pattern, language, zone

    def __call__(self, group: Alike) -> tuple[Times, Mask] | None:
        match = self._regex.fullmatch(group.first)
        if match is None:
            return None
        part = {letter: match.span(letter) for letter, text in match.groupdict().items() if text}
        spans = [part[letter] for letter in part.keys() & set("YymdjHIMSfz")]
        is_known = group.same(_outside(group, spans))
        days = self._days(group, part, is_known)
        seconds = self._seconds(group, part, is_known)
        if days is None or seconds is None:
            return None
        if "z" in part:
            seconds -= self._offsets(group, part["z"], is_known)
        ns = (days * _DAY_S + seconds) * SECOND
        if "f" in part:
            begin, end = part["f"]
            ns += group.number(begin, end) * 10 ** (9 - (end - begin))
        return ns, is_known

    def _days(self, group: Alike, part: Spans, is_known: Mask) -> Whole | None:
        """Since 1970; `is_known` loses dates that no calendar has."""
        year = group.number(*part["Y"]) if "Y" in part else 2000 + group.number(*part["y"])
        is_known &= (year >= YEARS.start) & (year < YEARS.stop)
        year[~is_known] = 2000
        if "j" in part:
            first, last = _first(year, 1), _first(year + 1, 1)
            days = first + group.number(*part["j"]) - 1
        else:
            month = self._month(group, part)
            if month is None:
                return None
            is_known &= (month >= 1) & (month <= 12)
            month = np.where(is_known, month, 1)
            first, last = _first(year, month), _first(year, month + 1)
            days = first + group.number(*part["d"]) - 1
        is_known &= (days >= first) & (days < last) & self._is_its_day(group, part, days)
        return days

    def _month(self, group: Alike, part: Spans) -> Whole | None:
        if "m" in part:
            return group.number(*part["m"])
        name = _text(group, part, "b" if "b" in part else "B")
        month = self._pattern.months.get(name.lower()) if self._pattern else None
        return None if month is None else np.full(len(group.rows), month, np.int64)

    def _is_its_day(self, group: Alike, part: Spans, days: Whole) -> Mask:
        """Whether the day of the week, if there is one, is that of the date."""
        letter = next(iter(part.keys() & {"a", "A"}), None)
        if letter is None:
            return np.ones(len(days), np.bool_)
        return np.isin((days + _THURSDAY) % 7, days_of_week(self._language, _text(group, part, letter)))

    def _seconds(self, group: Alike, part: Spans, is_known: Mask) -> Whole | None:
        """Of the day; `is_known` loses leap seconds and 24:00, too."""
        zero = np.zeros(len(group.rows), np.int64)
        minute = group.number(*part["M"]) if "M" in part else zero
        second = group.number(*part["S"]) if "S" in part else zero
        if "I" in part:
            hour = group.number(*part["I"])
            half = re.sub(r"[\s.]", "", _text(group, part, "p")).lower()
            if self._pattern is None or half not in self._pattern.halves:
                return None
            is_known &= (hour >= 1) & (hour <= 12)
            hour = hour % 12 + 12 * self._pattern.halves[half]
        else:
            hour = group.number(*part["H"]) if "H" in part else zero
        is_known &= (hour < 24) & (minute < 60) & (second < 60)
        return hour * 3600 + minute * 60 + second

    def _offsets(self, group: Alike, span: tuple[int, int], is_known: Mask) -> Whole:
        """Seconds ahead of UTC; `is_known` loses zones that there are not."""
        _, index, which = np.unique(group.number(*span), return_index=True, return_inverse=True)
        offsets = [self._offset(group.texts[group.rows[i]][slice(*span)]) for i in index]
        is_known &= np.array([offset is not None for offset in offsets])[which]
        return np.array([offset or 0 for offset in offsets], np.int64)[which]

    def _offset(self, zone: str) -> int | None:
        try:
            return self._zone(zone)
        except InputError:
            return None


def _first(year: Whole, month: Whole | int) -> Whole:
    """The first of a month, in days since 1970; month 13 is January of the next year."""
    months = (year - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _text(group: Alike, part: Spans, letter: str) -> str:
    return group.first[slice(*part[letter])]


def _outside(group: Alike, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Where digits stand that belong to the pattern: they are what they are."""
    inside = {i for begin, end in spans for i in range(begin, end)}
    return [i for i in group.places(0, len(group.first)) if i not in inside]
