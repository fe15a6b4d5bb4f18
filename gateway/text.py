"""Text from outside, made safe for where it is shown: a line of a terminal or log, JSON, a cell of CSV.

Names and messages of devices, files and people can hold anything: escape sequences that drive a terminal,
line ends that forge a second line, marks that turn the direction of writing, formulas for a spreadsheet.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

BLANKS: Final = "Zs"  # the Unicode category of no-break and ideographic spaces: they move nothing
FORMULA: Final = re.compile(
    r"'*[=+\-@\t\r\n＝＋－＠]"
)  # what spreadsheets compute, full-width forms included
QUOTED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def one_line(text: str) -> str:
    """For a line of a terminal, a log or a status: what is not printable is escaped, as Python writes it.

    Controls (ESC, line ends), marks without width, marks of direction, halves of surrogate pairs.
    """
    return text if text.isprintable() else "".join(c if _is_shown(c) else ascii(c)[1:-1] for c in text)


def lines(text: str) -> str:
    """The same for text that has lines of its own: their ends stay."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def first_words(text: str, longest: int) -> str:
    """Whatever a server answers, on one line that anything can show, and no longer than that."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def safe(data: Any) -> Any:
    """Plain data as JSON has it, with each text in it and each name of a field as `one_line`."""
    if isinstance(data, str):
        return one_line(data)
    if isinstance(data, Mapping):
        return {one_line(str(key)): safe(value) for key, value in data.items()}
    return [safe(item) for item in data] if isinstance(data, list | tuple) else data


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON that reads back as it was, in which nothing drives a terminal: that is escaped as \\uXXXX."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def csv_cell(text: str) -> str:
    """Text for a cell of CSV: an apostrophe before what spreadsheets would compute (OWASP, CSV injection).

    Numbers are no text: they are written as they are. `of_csv_cell` reads it back.
    """
    shown = one_line(text)
    return f"'{shown}" if FORMULA.match(shown) else shown


def of_csv_cell(cell: str) -> str:
    """The text that `csv_cell` put there, as far as it was printable."""
    return cell[1:] if QUOTED_FORMULA.match(cell) else cell


def counted(number: int, one: str, more: str = "") -> str:
    """1 reading, 2 readings, 2 entries: `more` where the plural is not `one` with an s."""
    return f"1 {one}" if number == 1 else f"{number} {more or one + 's'}"


def _escaped(line: str) -> str:
    return "".join(c if _is_shown(c) else json.dumps(c)[1:-1] for c in line)


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == BLANKS
