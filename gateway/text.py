"""Text from outside, made safe for where it is shown: a line of a terminal or log, JSON, a cell of CSV.

Names and messages of devices, files and people can hold anything: escape sequences that drive a terminal,
line ends that forge a second line, marks that turn the direction of writing, formulas for a spreadsheet.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Protocol, TypeGuard, runtime_checkable

import msgspec

DELETE: Final = "\x7f"
LONG: Final = 500  # items of a list that is written in pieces
BLANKS: Final = "Zs"  # the Unicode category of no-break and ideographic spaces: they move nothing
FORMULA: Final = re.compile(
    r"'*[=+\-@\t\r\n＝＋－＠]"
)  # what spreadsheets compute, full-width forms included
QUOTED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


_PLAIN: Final = (str, int, float, type(None), dict, list, tuple)
_SINGLE: Final = frozenset((str, int, float, bool, type(None)))  # as nearly all values are
_LISTS: Final = frozenset((list, dict))  # of which most are empty


@runtime_checkable
class InParts(Protocol):
    """A list of more than LONG items that is made as it is written."""

    def __iter__(self) -> Iterator[Any]:
        """Its items."""

    def json_parts(self, margin: str) -> Iterator[str]:
        """Some items at a time, each time as `json_items` writes them."""


def one_line(text: str) -> str:
    """For a line of a terminal, a log or a status: what is not printable is escaped, as Python writes it.

    Controls (ESC, line ends), marks without width, marks of direction, halves of surrogate pairs.
    """
    return text if text.isprintable() else "".join(c if _is_shown(c) else ascii(c)[1:-1] for c in text)


def lines(text: str) -> str:
    """The same for text that has lines of its own: their ends stay."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def plain_name(text: str) -> str:
    """Of a name, to be compared: neither case, blanks nor the width of letters make another one.

    An input method for Chinese writes Latin letters at full width by itself.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def first_words(text: str, longest: int) -> str:
    """Whatever a server answers, on one line that anything can show, and no longer than that."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def safe(data: Any) -> Any:
    """Plain data as JSON has it, with each text in it and each name of a field as `one_line`.

    A dict of another class stays one of that class.
    """
    if isinstance(data, str):
        return data if data.isprintable() else one_line(data)
    if data is None or isinstance(data, int | float):
        return data
    if isinstance(data, Mapping):
        shown = {one_line(str(key)): safe(value) for key, value in data.items()}
        return type(data)(shown) if isinstance(data, dict) and type(data) is not dict else shown
    return [safe(item) for item in data] if isinstance(data, list | tuple | InParts) else data


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON that reads back as it was, in which nothing drives a terminal: that is escaped as \\uXXXX."""
    return _shown_lines(json.dumps(data, indent=indent, ensure_ascii=False))


def json_pieces(data: Any, margin: str = "") -> Iterator[str]:
    """The same with an indent of 2, in pieces: it is never whole in memory, however long its lists are.

    `data` may be an iterator, which is a list, and what is in it may write itself (`InParts`).
    """
    inner = margin + "  "
    if isinstance(data, Iterator):
        yield from _joined("[", "]", map(partial(json_pieces, margin=inner), data), margin)
    elif _writes_itself(data):
        yield from _joined("[", "]", ([part] for part in data.json_parts(margin)), margin)
    elif not _is_long(data):
        yield json_text(data, 2).replace("\n", "\n" + margin)
    elif isinstance(data, Mapping):
        named = (_named_pieces(str(name), value, inner) for name, value in data.items())
        yield from _joined("{", "}", named, margin)
    elif len(data) <= LONG:
        yield from _joined("[", "]", (json_pieces(item, inner) for item in data), margin)
    else:
        parts = (data[k : k + LONG] for k in range(0, len(data), LONG))
        yield from _joined("[", "]", (_part_pieces(part, margin) for part in parts), margin)


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


def _joined(begin: str, end: str, items: Iterable[Iterable[str]], margin: str) -> Iterator[str]:
    lead = f"{begin}\n{margin}  "
    for item in items:
        yield lead
        yield from item
        del item  # before the next one is made
        lead = f",\n{margin}  "
    yield f"\n{margin}{end}" if lead[0] == "," else begin + end


def _named_pieces(name: str, value: Any, margin: str) -> Iterator[str]:
    yield f"{json_text(name)}: "
    yield from json_pieces(value, margin)


def _part_pieces(part: Any, margin: str) -> Iterator[str]:
    """Of a long list."""
    if not _is_long(part):
        yield json_items(part, margin)
        return
    for number, item in enumerate(part):
        yield f",\n{margin}  " if number else ""
        yield from json_pieces(item, margin + "  ")


def json_items(part: Any, margin: str) -> str:
    """Items of a list that stands behind `margin`, without its brackets: some hundreds at once."""
    try:
        text = msgspec.json.format(msgspec.json.encode(part), indent=2).decode()
    except (UnicodeEncodeError, OverflowError):  # half a character, a number of more than 64 bits
        text = json.dumps(part, indent=2, ensure_ascii=False)
    return _shown_lines(text)[len("[\n  ") : -len("\n]")].replace("\n", "\n" + margin)


def is_plain(texts: Iterable[str]) -> bool:
    """Whether JSON has each as it is: nothing in them is escaped."""
    joined = "".join(texts)
    return joined.isprintable() and '"' not in joined and "\\" not in joined


def _is_long(data: Any) -> bool:
    """Asked of each part of 10 000 alarms, of which most are empty or single values."""
    if isinstance(data, dict) or isinstance(data, Mapping):  # noqa: SIM101 - the first is seen at once
        return len(data) > 0 and _is_any_long(data.values())
    if isinstance(data, list | tuple):
        return len(data) > LONG or (len(data) > 0 and _is_any_long(data))
    return _writes_itself(data)


def _is_any_long(values: Iterable[Any]) -> bool:
    several = [value for value in values if type(value) not in _SINGLE]
    return any(_is_long(value) for value in several if value or type(value) not in _LISTS)


def _writes_itself(data: Any) -> TypeGuard[InParts]:
    return not isinstance(data, _PLAIN) and isinstance(data, InParts)


def _shown_lines(text: str) -> str:
    is_plain = text.isascii() and DELETE not in text  # JSON itself escapes other controls
    if is_plain or text.replace("\n", "").isprintable():
        return text
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    return "".join(c if _is_shown(c) else json.dumps(c)[1:-1] for c in line)


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == BLANKS
