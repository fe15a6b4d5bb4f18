"""Tables without a header: whether two cells side by side are one number with a decimal comma.

With a header such a row has one cell too many. Without one nothing tells how many cells there should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.tables.cells import NO_NUMBER
from gateway.tables.options import Options

_WHOLE: Final = re.compile(r"[+\-\N{MINUS SIGN}]?\s?[0-9]+")
_DECIMALS: Final = re.compile(r"[0-9]+([eEdD][+\-\N{MINUS SIGN}]?[0-9]+)?[^0-9]*")  # and a unit
_DOUBT: Final = (
    "column {column} has only whole numbers, and column {next} behind it only what may be their decimals, as "
    "in {shown!r}: this may be one number with a decimal comma. Then the separator cannot be ','. If column "
    "{next} is a value of its own, name it in columns, too"
)


class DecimalComma:
    """Looks at each row for a measured column whose neighbour nobody reads."""

    def __init__(self, options: Options, at: Mapping[str | int, int]) -> None:
        is_possible = options.header == "none" and options.delimiter == ","
        measured = [at[column.column] for column in options.columns] if is_possible else []
        self._suspects = {index for index in measured if index + 1 not in at.values()}
        self._missing = options.missing
        self._shown: dict[int, str] = {}

    def look(self, cells: Sequence[str]) -> None:
        for index in [i for i in self._suspects if i + 1 < len(cells)]:
            whole, behind = cells[index].strip(), cells[index + 1].strip()
            if _WHOLE.fullmatch(whole) and _DECIMALS.fullmatch(behind):
                self._shown.setdefault(index, f"{whole},{behind}")
            elif (whole or behind) and not self._is_missing(whole, behind):
                self._suspects.discard(index)

    def _is_missing(self, whole: str, behind: str) -> bool:
        """Such a row says nothing of commas: a sensor that failed once is in any file."""
        return (
            whole in self._missing
            or NO_NUMBER.fullmatch(whole) is not None
            or f"{whole},{behind}" in self._missing
        )

    def look_at_all(self, rows: Iterable[Sequence[str]]) -> None:
        """Row by row, as long as there is a suspect."""
        for cells in rows:
            if not self._suspects:
                return
            self.look(cells)

    def doubt(self) -> str:
        """Why the file cannot be taken; empty where there is no doubt."""
        for index in sorted(self._suspects & self._shown.keys()):
            return _DOUBT.format(column=index + 1, next=index + 2, shown=self._shown[index])
        return ""
