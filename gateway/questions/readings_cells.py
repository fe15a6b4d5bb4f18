"""Cells of a recording: columns of text become times, values and qualities, or a sentence says why not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LARGEST_VALUE, LATEST_NS, Floats, Qualities, Quality, Times
from gateway.shape import CUT
from gateway.tables.cells import NO_NUMBER, NUMBER, decimals, number
from gateway.times import parse_rfc3339

LONGEST_TIME: Final = 40  # characters: RFC 3339 with nine digits and a zone has 35
QUALITIES: Final = (
    {q.name.lower(): int(q) for q in Quality} | {str(int(q)): int(q) for q in Quality} | {"": 0}
)
_UTC: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")
_NANOSECONDS: Final = re.compile(r"[0-9]{1,40}")


def times(cells: Iterable[str]) -> Times:
    """int64[N] ns UTC. Raises InputError."""
    texts = [cell.strip() for cell in cells]
    if any(len(text) > LONGEST_TIME for text in texts):
        raise InputError(f"no time is longer than {LONGEST_TIME} characters")
    time = _utc(texts)
    if time is None:
        known = [int(t) if _NANOSECONDS.fullmatch(t) else parse_rfc3339(t) for t in texts]
        time = np.array([min(ns, LATEST_NS) for ns in known], np.int64)  # beyond it, it is refused anyway
    wrong = np.flatnonzero((time < EARLIEST_NS) | (time >= LATEST_NS))
    if len(wrong):
        raise InputError(f"time {texts[wrong[0]]!r} lies outside 2000 to 2100; integers are nanoseconds")
    return time


def _utc(texts: Sequence[str]) -> Times | None:
    """The fast way, where all are written alike; None where one is another text, or no time at all."""
    if not all(map(_UTC.fullmatch, texts)):
        return None
    try:
        return np.array([text[:-1] for text in texts], "datetime64[ns]").view(np.int64)
    except ValueError:
        return None  # a leap second, or a 13th month: parse_rfc3339 knows, and says it


def values(cells: Iterable[str], qualities: Sequence[str] | None) -> tuple[Floats, Qualities]:
    """float64[N] and uint8[N]; what says that it is no number is BAD. Raises InputError."""
    value = np.array([float(cell) if NUMBER.fullmatch(cell) else _value(cell) for cell in cells])
    quality = np.zeros(len(value), np.uint8)
    if qualities is not None:
        quality = np.array([_quality(cell) for cell in qualities], np.uint8)
    noise = ~(np.abs(value) <= LARGEST_VALUE)
    quality = np.where(noise, np.maximum(quality, np.uint8(Quality.BAD)), quality).astype(np.uint8)
    return np.where(quality >= Quality.BAD, np.nan, value), quality


def _value(cell: str) -> float:
    text = cell.strip()
    return float("nan") if not text or NO_NUMBER.fullmatch(text) else number(text)


def _quality(cell: str) -> int:
    found = QUALITIES.get(cell.strip().lower())
    if found is None:
        raise InputError(f"quality {cell[:40]!r} is none of good, uncertain, bad, no_data")
    return found


class LastCell:
    """The last cell of a file without a last line end: whether it can be cut.

    `words`: what can stand in each column but time and value. A time is whole, or it is none.
    """

    def __init__(self, at: Mapping[str, int], words: Mapping[str, Collection[str]]) -> None:
        self._at = {index: name for name, index in at.items()}
        self._words = words
        self._decimals: set[int | None] = set()

    def whole(self, cells: Sequence[str]) -> None:
        """A row that has its end."""
        if self._at.get(len(cells) - 1) == "value":
            self._decimals.add(decimals(cells[-1]))

    def doubt(self, cells: Sequence[str]) -> str:
        """Why the row may not be whole; empty where it must be."""
        name = self._at.get(len(cells) - 1)
        if name is None or self._is_whole(name, cells[-1].strip()):
            return ""
        return CUT.format(cell=cells[-1][:40], do="give it its end of line")

    def _is_whole(self, name: str, cell: str) -> bool:
        if name == "value":
            is_word = NO_NUMBER.fullmatch(cell) is not None
            return is_word or (decimals(cell) is not None and self._decimals == {decimals(cell)})
        longer = (word for word in self._words.get(name, ()) if word != cell.lower() and word != cell)
        return name == "time" or not any(word.startswith((cell, cell.lower())) for word in longer)
