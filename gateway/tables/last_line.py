"""A last line without its end: whether its last number could be cut."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.shape import CUT
from gateway.tables.cells import decimals
from gateway.tables.options import Options

_SAY = "say last_line_complete = true"


class LastLine:
    """Remembers how the last cells of the rows before were written."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._decimals: set[int | None] = set()
        self._lengths: set[int] = set()

    def whole(self, *cells: str) -> None:
        """The last cells of rows that have their end."""
        for cell in cells:
            self._decimals.add(decimals(cell))
            if len(self._lengths) < 3:  # beyond one they prove nothing
                self._lengths.add(len(cell.strip()))

    def doubt(self, cells: list[str], at: Mapping[str | int, int]) -> str:
        """Why the last line may not be whole; empty where it must be."""
        wanted = {i: column for column, i in at.items()}
        column = wanted.get(len(cells) - 1)
        if column is None or self._is_whole(cells[-1].strip(), column):
            return ""
        return CUT.format(cell=cells[-1][:40], do=_SAY)

    def _is_whole(self, cell: str, column: str | int) -> bool:
        measured = {c.column: c for c in self._options.columns}
        if column not in measured:
            return bool(cell) and self._lengths == {len(cell)}
        suffix = measured[column].suffix
        if suffix:
            return cell.endswith(suffix)
        is_word = cell in self._options.missing and cell != "-"  # which begins a number, too
        return is_word or (decimals(cell) is not None and self._decimals == {decimals(cell)})
