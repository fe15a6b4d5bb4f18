"""Numbers with an exponent: whether one of a column lost it, or a part of it, where the number was cut off.

Programs write as many digits of an exponent in each row. One that writes an exponent that is not needed, such
as 1.95e+02, writes one in each row.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import field
from typing import Final, Generic, TypeVar

from gateway.dataclass import dataclass
from gateway.tables import MOST_PROBLEMS

_FEWER: Final = "the exponent of {text!r} has fewer digits than that of others: it may be cut off"
_NONE: Final = "{text!r} has no exponent, and {others} have one: it may be cut off"
_LEAST: Final = -3  # 0.001: from there on no program writes an exponent unless it always does

K = TypeVar("K", bound=Hashable)
Shown = tuple[int, str]  # line and number


@dataclass(slots=True)
class _Column:
    """Of lists the beginning is kept."""

    most: int = 0  # digits of an exponent with a sign
    padded: int = 0  # the same, of those that begin with 0
    by_digits: dict[int, list[Shown]] = field(default_factory=dict)
    fewer: list[Shown] = field(default_factory=list)  # than one above it
    exponents: int = 0
    always: bool = False  # one was not needed
    bare: int = 0  # without an exponent
    first_bare: list[Shown] = field(default_factory=list)
    is_last: bool = False  # in its row, of the first one

    def look(self, line: int, text: str, is_last: bool) -> None:
        mantissa, e, exponent = text.replace("E", "e").rpartition("e")
        if e:
            self.exponents += 1
            exponent = exponent.replace("\N{MINUS SIGN}", "-")
            self.always = self.always or _is_needless(mantissa, int(exponent))
            if not exponent.isdigit():
                self._note(line, text, exponent[1:])
            return
        self.look_at_bare(1, [(line, text)], is_last)

    def look_at_bare(self, count: int, shown: Sequence[Shown], is_last: bool) -> None:
        """Numbers without an exponent: how many, and the first of them."""
        if not self.bare:
            self.is_last = is_last
        self.bare += count
        for one in shown:
            _keep(self.first_bare, one)

    def problems(self) -> Iterator[Shown]:
        short = {one for digits, some in self.by_digits.items() if digits < self.padded for one in some}
        yield from ((line, _FEWER.format(text=text[:40])) for line, text in sorted(short | {*self.fewer}))
        if self.always or (self.exponents and self.bare == 1 and self.is_last):
            others = "others of its column" if self.always else "all others of its column"
            yield from ((line, _NONE.format(text=text[:40], others=others)) for line, text in self.first_bare)

    def _note(self, line: int, text: str, digits: str) -> None:
        count = len(digits)
        _keep(self.by_digits.setdefault(count, []), (line, text))
        if count < self.most:
            _keep(self.fewer, (line, text))
        self.most = max(self.most, count)
        if digits.startswith("0"):
            self.padded = max(self.padded, count)


class Exponents(Generic[K]):
    """Of every column, or of every channel of one."""

    def __init__(self) -> None:
        self._columns: dict[K, _Column] = {}

    def look(self, line: int, text: str, column: K, is_last: bool) -> None:
        """`text`: a reading, without its unit. `is_last`: nothing stands behind it in its row."""
        self._known(column).look(line, text, is_last)

    def look_at_bare(self, count: int, shown: Sequence[Shown], column: K, is_last: bool) -> None:
        """The same of `count` readings without an exponent; `shown`: the first MOST_PROBLEMS of them."""
        self._known(column).look_at_bare(count, shown, is_last)

    def _known(self, column: K) -> _Column:
        known = self._columns.get(column)
        if known is None:
            known = self._columns[column] = _Column()
        return known

    def problems(self) -> Iterator[tuple[K, int, str]]:
        """Column, line and sentence, once all rows were looked at."""
        for column, known in self._columns.items():
            yield from ((column, line, why) for line, why in known.problems())


def _is_needless(mantissa: str, exponent: int) -> bool:
    """Whether programs that write an exponent only for large and small numbers would have written none."""
    whole, _, decimals = mantissa.strip("+- \N{MINUS SIGN}").replace(",", ".").partition(".")
    significant = (whole + decimals).lstrip("0")
    power = exponent + len(whole) - 1 - (len(whole + decimals) - len(significant))
    return not significant or _LEAST <= power < len(significant)


def _keep(some: list[Shown], one: Shown) -> None:
    if len(some) < MOST_PROBLEMS:
        some.append(one)
