"""Texts that differ in their digits alone: what is found out about the first of them holds for all of them.

Times and numbers of a column have few such shapes: `-185.02` and `-185.13` are one, `-99.98` is another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.model import Mask

MOST_SHAPES: Final = 24  # of one column at once; what has none of these is read by itself
LONGEST: Final = 40  # characters; no time and no number of an instrument is longer
_ZERO: Final = ord("0")
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """`rows`: their places among all texts. `digits`: uint8[characters, rows], a digit as its number."""

    texts: Sequence[str]
    rows: NDArray[np.intp]
    digits: NDArray[np.uint8]

    @property
    def first(self) -> str:
        """The text of the first row."""
        return self.texts[int(self.rows[0])]

    def places(self, begin: int, end: int) -> list[int]:
        """Where digits stand among these characters."""
        return [begin + i for i, c in enumerate(self.first[begin:end]) if c in "0123456789"]

    def number(self, begin: int, end: int) -> Whole:
        """The digits among these characters as one whole number; at most 18 of them."""
        found = np.zeros(len(self.rows), np.int64)
        for place in self.places(begin, end):
            found *= 10
            found += self.digits[place]
        return found

    def same(self, places: Sequence[int]) -> Mask:
        """Which have the digits of the first one at these places."""
        is_same = np.ones(len(self.rows), np.bool_)
        for place in places:
            is_same &= self.digits[place] == self.digits[place, 0]
        return is_same


def alike(texts: Sequence[str]) -> Iterator[Alike]:
    """Most of the texts, each in one group; some are in none."""
    length = np.fromiter(map(len, texts), np.intp, len(texts))
    if length.max(initial=0) > LONGEST:
        texts = [text if len(text) <= LONGEST else "" for text in texts]
    given = np.array(texts, np.str_)
    if not given.dtype.itemsize:
        return
    codes = np.ascontiguousarray(given.view(np.uint32).reshape(len(texts), -1).T)
    digits = codes - np.uint32(_ZERO)  # of what is none, a large number
    is_digit = digits < 10
    codes[is_digit] = _ZERO
    digits[~is_digit] = 0
    yield from _groups(
        texts, np.vstack((length[np.newaxis].astype(np.uint32), codes)), digits.astype(np.uint8)
    )


def _groups(texts: Sequence[str], shape: NDArray[np.uint32], digits: NDArray[np.uint8]) -> Iterator[Alike]:
    """`shape`: uint32[1 + characters, texts], the length and each character, with 0 for every digit."""
    rows = np.arange(len(texts))
    for _ in range(MOST_SHAPES):
        if len(rows) == 0:
            return
        is_same = (shape == shape[:, :1]).all(axis=0)
        if is_same.all():
            yield Alike(texts, rows, digits)
            return
        yield Alike(texts, rows[is_same], digits[:, is_same])
        rows, shape, digits = rows[~is_same], shape[:, ~is_same], digits[:, ~is_same]
