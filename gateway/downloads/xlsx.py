"""A sheet of an Excel workbook, by the same mapping as a CSV; cells that are dates are read as dates.

Values are what a cell holds, not how it is shown: -195.82 may be shown as -195.8. But a unit that is shown
has to be that of the column. A cell with a formula is a mistake, because nobody measured it. Read with
openpyxl, which is MIT.
"""

from __future__ import annotations

import datetime
import io
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from gateway.downloads import Download
from gateway.downloads.number_formats import Formats
from gateway.errors import InputError
from gateway.tables.blocks import Row
from gateway.tables.options import Options
from gateway.tables.rows import read_table

__all__ = ["Options", "read"]

LARGEST_UNPACKED: Final = 512 * 2**20  # bytes; a year of ten probes, every minute, is less
BOMB: Final = 100  # times its packed size: real sheets unpack to 20 times at most, a bomb to 1000 times
SMALL: Final = 32 * 2**20  # bytes; what is empty or the same everywhere may be packed as well as it can be
MOST_PARTS: Final = 10_000  # files in the zip; a workbook with 100 sheets and their pictures has 500
MOST_COLUMNS: Final = 16_384  # what Excel has
MOST_CELLS: Final = 8_000_000  # they are in memory at once; a year of ten probes, every minute, is 6 million
DAMAGED: Final = (  # what openpyxl and the zip raise at files that are damaged
    zipfile.BadZipFile, InvalidFileException, ET.ParseError, zlib.error, struct.error, EOFError,
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read(data: bytes, options: Options) -> Download:
    """One series per mapped column, or per channel of a long table. Raises InputError."""
    try:
        _check_size(data)
        formats = Formats()
        rows = list(_rows(data, options, formats))
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(f"not a workbook (xlsx): {type(error).__name__}: {error}"[:300]) from None
    above, below = rows[: options.skip_lines], rows[options.skip_lines :]
    table = read_table(below, options, above=above, is_text=False, doubts=[formats.contradictions])
    return Download(table.series, table.about, table.lines)


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        unpacked, count = sum(part.file_size for part in parts.infolist()), len(parts.infolist())
    if count > MOST_PARTS:
        raise InputError(f"a workbook of {count} parts, at most {MOST_PARTS} are read; split it")
    if unpacked > LARGEST_UNPACKED:
        raise InputError(f"larger than {LARGEST_UNPACKED // 2**20} MiB when it is unpacked; split it")
    if unpacked > max(SMALL, BOMB * len(data)):
        raise InputError(
            f"{len(data)} bytes that unpack to {unpacked // 2**20} MiB: no logger writes such a workbook"
        )


def _rows(data: bytes, options: Options, formats: Formats) -> Iterator[Row]:
    """`formats` looks at each."""
    book = load_workbook(io.BytesIO(data), read_only=True)
    names = [sheet.title for sheet in book.worksheets]
    if options.sheet is None and len(names) != 1:
        raise InputError(f"sheet: say which one; the workbook has {', '.join(map(repr, names[:40]))}")
    if options.sheet is not None and options.sheet not in names:
        raise InputError(
            f"sheet: there is no {options.sheet!r}; there are {', '.join(map(repr, names[:40]))}"
        )
    sheet = book[options.sheet or names[0]]
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    width, left = 0, MOST_CELLS
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell.value, options.decimal) for cell in cells[:MOST_COLUMNS]]
        formats.look(number, cells[:MOST_COLUMNS])
        width = max(width, len(texts))
        left -= width
        if left < 0:
            raise InputError(f"more than {MOST_CELLS // 10**6} million cells; split it")
        yield Row(number, 1, texts + [""] * (width - len(texts)))


def _text(cell: Any, decimal: str) -> str:
    """As a CSV would have it, with its decimal sign; a date as `excel` in tables/moments.py reads it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(cell, datetime.time):
        return f"{cell:%H:%M:%S.%f}"
    return repr(cell).replace(".", decimal) if isinstance(cell, float) else str(cell)
