"""Any logger's CSV, by a mapping: separator, decimal comma, columns, units, time format and zone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from gateway.downloads import Download
from gateway.errors import InputError
from gateway.tables import About
from gateway.tables.blocks import AT_ONCE, Row
from gateway.tables.options import Options
from gateway.tables.rows import read_table

__all__ = ["Options", "read"]


def read(data: bytes, options: Options, at_once: int = AT_ONCE) -> Download:
    """One series per mapped column, or per channel of a long table. Raises InputError.

    `at_once`: rows that are read together; with 0 each by itself.
    """
    if options.sheet is not None:
        raise InputError("sheet: a CSV has none; is it format = 'xlsx'?")
    if options.delimiter == options.decimal:
        raise InputError("separator: needed where decimal is ',', because ',' cannot be both")
    lines = re.split(r"\r\n|\r|\n", _text(data, options.encoding))
    ends = lines[-1] == ""
    lines = lines[:-1] if ends else lines
    about = About()
    for line in lines[: options.skip_lines]:
        about.hear([cell.strip('" ') for cell in line.split(options.delimiter)])
    is_quoted = lines[-1].endswith('"') if lines else False
    unended = not ends and not is_quoted
    above = _above(lines, options)
    table = read_table(_rows(lines, options), options, above=above, unended=unended, at_once=at_once)
    return Download(table.series, about.words | table.about, table.lines)


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise InputError(f"encoding: {error}; programs on Windows often write cp1252 or utf-16") from None


def _above(lines: list[str], options: Options) -> Iterator[Row]:
    """What skip_lines passes over, as if each line were a row."""
    for number, line in enumerate(lines[: options.skip_lines], 1):
        try:
            cells = next(csv.reader([line], delimiter=options.delimiter), [])
        except csv.Error:
            cells = []
        yield Row(number, 1, cells)


def _rows(lines: list[str], options: Options) -> Iterator[Row]:
    rows = csv.reader(lines[options.skip_lines :], delimiter=options.delimiter, strict=True)
    above, before = options.skip_lines, 0
    try:
        for cells in rows:
            yield Row(above + before + 1, rows.line_num - before, cells)
            before = rows.line_num
    except csv.Error as error:
        raise InputError(f"line {above + before + 1}: not CSV: {error}") from None
