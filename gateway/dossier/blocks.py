"""What a section is made of, and its plain form for the printer: texts stay data and are never markup.

Every text from outside passes through `shown` here, the one place that makes it safe to print: marks of
direction, controls and line ends are written out, so that nothing on paper reads as what it is not. The
printer gets texts as JSON strings, so that no text can be taken for a command of typst.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier.words import Language, Marked, Text, in_language
from gateway.text import one_line

LONGEST: Final = 2000  # characters of one text; comments may have 4000, which the attached JSON has whole
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. `style`: verdict, warning, name (of what follows), note, item, or plain."""

    text: Text
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is called how, and what it is."""

    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A two-dimensional code in a cell of a table."""

    svg: str
    alt: Text
    height_mm: int = 11


@dataclass(frozen=True, slots=True)
class Table:
    """Its head is repeated on every page. `widths`: shares of the columns."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text | Symbol, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """As wide as the page; the text is for who cannot see it."""

    svg: str
    alt: Text


Block = Line | Pairs | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """Without blocks it is left out, and its heading, too."""

    title: Text
    blocks: tuple[Block, ...]


def plain(sections: Iterable[Section], language: Language) -> list[Plain]:
    """For the printer."""
    return [
        {"title": _texts(one.title, language), "blocks": [_block(block, language) for block in one.blocks]}
        for one in sections
        if one.blocks
    ]


def shown(text: str) -> str:
    """Safe to print, and bounded."""
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} […]"


def _block(of: Block, language: Language) -> Plain:
    if isinstance(of, Line):
        return {"kind": "line", "style": of.style, "text": _texts(of.text, language)}
    if isinstance(of, Pairs):
        rows = [[_texts(name, language), _texts(value, language)] for name, value in of.rows]
        return {"kind": "pairs", "rows": rows}
    if isinstance(of, Picture):
        return {"kind": "picture", "svg": of.svg, "alt": _joined(of.alt, language)}
    rows_ = [[_cell(cell, language) for cell in row] for row in of.rows]
    head = [_texts(one, language) for one in of.head]
    return {"kind": "table", "head": head, "rows": rows_, "widths": list(of.widths)}


def _cell(of: Text | Symbol, language: Language) -> Any:
    if isinstance(of, Symbol):
        return {"svg": of.svg, "alt": _joined(of.alt, language), "height_mm": of.height_mm}
    return _texts(of, language)


def _texts(text: Text, language: Language) -> list[Plain]:
    if isinstance(text, Marked):
        return [{"lang": "", "text": shown(text.text)}, *_texts(text.mark, language)]
    return [{"lang": lang, "text": shown(in_language(text, lang))} for lang in _languages(text, language)]


def _languages(text: Text, language: Language) -> Iterator[str]:
    """One text for each language that it has; the same words are not said twice."""
    if language == "both" and isinstance(text, str):
        yield ""
    elif language == "both":
        yield "zh"
        if in_language(text, "en") != in_language(text, "zh"):
            yield "en"
    else:
        yield language if not isinstance(text, str) else ""


def _joined(text: Text, language: Language) -> str:
    return " / ".join(one["text"] for one in _texts(text, language))
