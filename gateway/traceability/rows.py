"""Rows of a list of units, CSV or JSON: each with where it stands, and under None what is wrong with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.errors import InputError
from gateway.json_text import StandsTwice, loads
from gateway.shape import CUT, Shape

COLUMNS: Final = ("scheme", "code", "asset", "zone", "from", "to", "product", "chain_of_identity")
NEEDED: Final = ("scheme", "code", "asset", "from")
TIMES: Final = ("from", "to")
LONGEST_SHOWN: Final = 80  # characters of what is no row

Row = Mapping[str | None, object]
_Cells = list[tuple[int, list[str]]]


def csv_rows(text: str) -> Iterator[tuple[str, Row]]:
    """All but blank ones. Raises InputError."""
    header = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",", strict=True
    )
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_header(names)
        rows = [(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not CSV: {error}") from None
    doubt = "" if text.endswith(("\n", "\r", '"')) else _doubt(names, rows)
    for line, cells in rows:
        why = _misshapen(cells, len(names)) or (doubt if line == reader.line_num else "")
        row: dict[str | None, object] = dict(zip(names, cells, strict=False))
        yield f"line {line}", row | ({None: why} if why else {})


def json_rows(text: str) -> Iterator[tuple[str, Row]]:
    """Raises InputError."""
    try:
        rows = loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error}") from None
    except StandsTwice as error:
        raise InputError(f"{error}: nobody knows which value is meant") from None
    except ValueError:  # int() does not take as many digits
        raise InputError("a number has thousands of digits") from None
    except RecursionError:
        raise InputError("lists within lists, too deep to be a list of units") from None
    if not isinstance(rows, list):
        raise InputError("expected a list of objects, found one object; put it in [ ]")
    for i, row in enumerate(rows):
        yield f"item {i}", row if isinstance(row, dict) else {None: f"no object: {_shown(row)}"}


def _shown(value: Any) -> str:
    return repr(value)[:LONGEST_SHOWN]


def _check_header(names: Sequence[str]) -> None:
    missing = [n for n in NEEDED if n not in names]
    wrong = [n for n in names if n not in COLUMNS or names.count(n) > 1]
    said = [f"no {', '.join(missing)}"] if missing else []
    said += [f"unknown or twice: {', '.join(wrong)}"[:300]] if wrong else []
    if said:
        raise InputError(f"line 1: {'; '.join(said)}. Columns: {', '.join(COLUMNS)}")


def _misshapen(cells: Sequence[str], width: int) -> str:
    """A row that is too short would be a unit without its end, or without its chain of identity."""
    try:
        Shape(width, width).check(cells)
    except InputError as error:
        return f"{error}. Empty cells need their separators, too"
    return ""


def _doubt(names: Sequence[str], rows: _Cells) -> str:
    """Why the last row may not be whole, in a file that ends within it; empty where it must be."""
    if not rows or len(rows[-1][1]) != len(names):
        return ""
    cell = rows[-1][1][-1].strip()
    lengths = {len(cells[-1].strip()) for _, cells in rows[:-1]}
    is_whole = bool(cell) if names[-1] in TIMES else lengths == {len(cell)}  # half a time is none
    return "" if is_whole else CUT.format(cell=cell[:40], do="give it its end of line")
