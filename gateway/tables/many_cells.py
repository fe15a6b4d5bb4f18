"""Numbers of many cells of a column at once. `cells.reading` is the slow twin, which reads what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import LARGEST_VALUE, Floats, Mask
from gateway.tables.alike import Alike, alike
from gateway.tables.cells import NAN, NUMBER, Column, plain

_EXACT: Final = 15  # digits: such a whole number is a float64, and so is the power of ten below it


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """`value`: float64[N], NaN where the reading is BAD. `is_known`: the others are to be read by the row.

    `is_reading`: an empty cell is known to be none.
    """

    value: Floats
    is_known: Mask
    is_reading: Mask


def many(texts: Sequence[str], column: Column, decimal: str, missing: frozenset[str]) -> Cells:
    """`texts`: without blanks around them."""
    value, is_known = _numbers(texts, column, decimal)
    is_none = np.fromiter(map("".__eq__, texts), np.bool_, len(texts))
    if not missing.isdisjoint(texts):
        is_word = np.fromiter(map(missing.__contains__, texts), np.bool_, len(texts))
        value[is_word], is_known[is_word], is_none[is_word] = NAN, True, False
    return Cells(value, is_known | is_none, ~is_none)


def _numbers(texts: Sequence[str], column: Column, decimal: str) -> tuple[Floats, Mask]:
    value, is_known = np.zeros(len(texts)), np.zeros(len(texts), np.bool_)
    if any(map(str.isdigit, column.suffix)):  # its digits are none of the number
        return value, is_known
    for group in alike(texts):
        found = _of(group, column.suffix, decimal)
        if found is not None:
            value[group.rows], is_known[group.rows] = found, np.abs(found) <= LARGEST_VALUE
    is_bad = ~((column.lowest <= value) & (value <= column.highest))
    for fault in column.faults:
        is_bad |= value == fault
    value[is_known & is_bad] = NAN
    return value, is_known


def _of(group: Alike, suffix: str, decimal: str) -> Floats | None:
    """None for what has an exponent, and for what is no number."""
    try:
        bare = plain(group.first, suffix, decimal)
    except InputError:
        return None
    if not NUMBER.fullmatch(bare) or "e" in bare.lower():
        return None
    whole, _, behind = bare.lstrip("+-").partition(".")
    if len(whole) + len(behind) > _EXACT:
        return None
    value = group.number(0, len(group.first)) / 10.0 ** len(behind)
    return -value if bare.startswith("-") else value
