"""A unit of temperature that stands at a measured column has to be the unit that the mapping gives it.

A logger that is set to Fahrenheit writes the same table with another row of units, or another header. Those
rows are not readings, and 40.1 is a number in any unit: only these words tell that it is not 40.1 degC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.dataclass import dataclass
from gateway.tables.cells import Column
from gateway.tables.unit_words import said_in

LABELS: Final = ("unit", "units", "temperature unit", "temperature units", "unit of temperature")


@dataclass(frozen=True, slots=True)
class Cell:
    """One that is no reading, and the column it stands at. `is_alone`: it may hold a unit alone."""

    text: str
    column: Column
    is_alone: bool


def contradiction(cell: Cell) -> str:
    """What is wrong with its unit; empty where it says none, or that of the column."""
    said = said_in(cell.text, cell.is_alone)
    if not said or cell.column.unit in said:
        return ""
    names = " and ".join(sorted(said))
    return (
        f"{cell.text.strip()[:40]!r} stands at column {cell.column.series!r}: that is {names}, and the "
        f"mapping reads it as {cell.column.unit}; check how the logger is set, and `unit` of the column"
    )


def contradictions(
    cells: Sequence[str], columns: Sequence[Column], at: Mapping[str | int, int], is_alone: bool
) -> list[str]:
    """The same of each measured column of a row."""
    found = (Cell(cells[at[c.column]], c, is_alone) for c in columns if at[c.column] < len(cells))
    return [words for cell in found if (words := contradiction(cell))]


def labelled(cells: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The same of a line about the logger, `Temperature unit: °F` in one cell or in two: of no column."""
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) == 1:
        filled = filled[0].split(":", 1)
    if len(filled) != 2:
        return []
    label, value = filled
    if label.strip(" :").lower() not in LABELS:
        return []
    said = said_in(value, is_alone=True)
    if not said or said & {column.unit for column in columns}:
        return []
    names = " and ".join(sorted(said))
    return [
        f"{label.strip(' :')!r} is {value.strip()[:40]!r}, that is {names}, and no column has that `unit`"
    ]
