"""The shape of a table of text, whoever reads it: every row has as many cells as the first one, and its end.

A row with one cell more, or a last line that was cut, is another number or another name, and looks like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.text import counted

LINE_BREAK: Final = (
    "a cell goes on in the next line, up to line {last}: a quotation mark without its other one takes in the "
    "rows that follow"
)
CUT: Final = (
    "the file ends within this line, and its last cell {cell!r} could be cut; copy the file again, or, if "
    "you have looked and it is whole, {do}"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`width`: cells of the first row; `filled`: up to the last that is not empty; `first`: what it is
    called. `is_text`: separators make the cells, so that they are counted."""

    width: int
    filled: int
    first: str = "the header"
    is_text: bool = True

    def check(self, cells: Sequence[str]) -> None:
        """Raises InputError for a row that has more cells, or fewer."""
        count, wanted = len(cells), self.width
        if count == wanted == self.filled:
            return
        if not self.is_text or count == wanted:
            count, wanted = max(filled(cells), self.filled), self.filled
        if count != wanted:
            raise InputError(
                f"{counted(count, 'cell')} where {self.first} has {wanted}: a decimal comma, a separator "
                "within a text, or a line that was cut"
            )


def filled(cells: Sequence[str]) -> int:
    """How many cells there are up to the last one that is not empty."""
    return max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)
