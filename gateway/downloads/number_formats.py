"""What Excel shows beside a number: a unit of temperature, or a percent sign, in its number format.

ECMA-376 part 1, 18.8.31: text stands in quotes, behind a backslash, or between [$ and -; _ and * take the
character behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from gateway.tables.cells import Column
from gateway.tables.unit_words import said_in

PERCENT: Final = "%"
_TEXT: Final = re.compile(
    r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|([°º˚℃℉]\s?[CFK]?)|(%)|\[[^\]]*\]|[_*].|.', re.DOTALL
)


@cache
def says(number_format: str) -> frozenset[str]:
    """Units of temperature that stand beside the number, and whether it is shown as a percentage."""
    if number_format == "General":
        return frozenset()
    parts, found = [""], set[str]()  # of positive numbers, of negative ones, of 0, of text
    for match in _TEXT.finditer(number_format):
        *words, percent = match.groups("")
        if match[0] == ";":
            parts.append("")
        parts[-1] += "".join(words)
        found |= {percent} - {""}
    return frozenset(found.union(*(said_in(part, is_alone=True) for part in parts)))


class Formats:
    """Number formats of the cells of a sheet that hold numbers: of each column, first and last line."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int, str], tuple[int, int]] = {}

    def look(self, line: int, cells: Sequence[Any]) -> None:
        """`cells` of openpyxl."""
        for place, cell in enumerate(cells):
            if isinstance(cell.value, int | float):
                key = place, cell.number_format
                self._lines[key] = self._lines.get(key, (line, line))[0], line

    def contradictions(self, place: int, column: Column, taken: tuple[int, int]) -> Iterator[tuple[int, str]]:
        """`gateway.tables.rows.Doubt`. How lines above and below the readings are shown is all the same."""
        begin, end = taken
        for (there, number_format), (first, last) in self._lines.items():
            is_taken = there == place and first <= end and begin <= last
            if is_taken and (why := _contradiction(number_format, column)):
                yield max(first, begin), why


def _contradiction(number_format: str, column: Column) -> str:
    """Empty where it says nothing of a unit, or that of the column."""
    where, said = f"column {column.series!r} is shown as {number_format[:40]!r}", says(number_format)
    if PERCENT in said:
        return f"{where}: 0.5 is 50 % there; save the sheet with plain numbers"
    if said <= {column.unit}:
        return ""
    names = " and ".join(sorted(said - {column.unit}))
    return (
        f"{where}: that is {names}, and the mapping reads it as {column.unit}; check how the logger is set, "
        "and `unit` of the column"
    )
