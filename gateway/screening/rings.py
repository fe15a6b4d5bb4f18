"""The latest readings of channels, in one ring each; 16 bytes a reading.

Rings grow to what rules look back on, at most `most` readings. All have as many places: a power of two, for
the speed of finding a reading's place from its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.model import Floats, Times
from gateway.screening.ranges import Rows, expand

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONG: Final = 128  # readings a channel from which on `append` copies ring by ring
READING: Final = np.dtype([("time", "i8"), ("value", "f8")])  # side by side: a tick touches each ring once
SMALLEST: Final = 16  # readings of a new ring


class Rings:
    """Rings of channels; a ring's readings are numbered from 0 on, and the latest `size` of them are kept."""

    def __init__(self, span: Times, most: int) -> None:
        """`span` int64[C] ns: how far back the rules of each channel look, 0 for not at all."""
        self._most = most
        self._span = span[span > 0]  # int64[slots]
        self._slot = np.where(span > 0, np.cumsum(span > 0) - 1, -1)
        slots = int((span > 0).sum())
        self._take(np.zeros((slots, SMALLEST), READING))
        self._count = np.zeros(slots, np.int64)  # number of the next reading
        self._size = np.zeros(slots, np.int64)

    def clear(self, row: Rows) -> None:
        slot = self._slot[row]
        self._size[slot[slot >= 0]] = 0

    def append(self, row: Rows, lo: Rows, hi: Rows, time: Times, value: Floats) -> None:
        """Add readings [lo, hi) of these columns to each channel; the channels differ, no range is empty."""
        slot = self._slot[row]
        lo = np.maximum(lo, hi - self._most)
        length = hi - lo
        self._make_room(slot, length, time, hi)
        count, number = int(length.sum()), self._count[slot]
        if count > LONG * len(slot):
            self._copy(slot, lo, length, time, value)
        else:
            into = slot
            if count > len(slot):
                lo, into, number = expand(lo, length), np.repeat(slot, length), expand(number, length)
            readings = np.empty(count, READING)
            readings["time"], readings["value"] = time[lo], value[lo]
            self._rings.reshape(-1)[into * self._rings.shape[1] + self._place(number)] = readings
        self._count[slot] += length
        self._size[slot] = np.minimum(self._size[slot] + length, self._rings.shape[1])

    def _copy(self, slot: Rows, lo: Rows, length: Rows, time: Times, value: Floats) -> None:
        """Ring by ring: of long pieces, a slice each is cheaper than a place for every reading."""
        places = self._rings.shape[1]
        begins = self._place(self._count[slot]).tolist()
        for k, begin, a, n in zip(slot.tolist(), begins, lo.tolist(), length.tolist(), strict=True):
            fits = min(n, places - begin)
            for ring, column in ((self._time[k], time), (self._value[k], value)):
                ring[begin : begin + fits] = column[a : a + fits]
                ring[: n - fits] = column[a + fits : a + n]

    def after(self, row: Rows, moment: Times) -> tuple[Rows, Times, Floats]:
        """Readings of each channel later than `moment`: how many, then all of them, channel by channel."""
        slot = self._slot[row]
        first = self._first_after(slot, moment)
        length = self._count[slot] - first
        place, whose = self._place(expand(first, length)), np.repeat(slot, length)
        return length, self._time[whose, place], self._value[whose, place]

    def _first_after(self, slot: Rows, moment: Times) -> Rows:
        """Number of the oldest kept reading of each ring that is later than `moment`."""
        lo, hi = self._count[slot] - self._size[slot], self._count[slot].copy()
        while True:
            undecided = lo < hi
            if not undecided.any():
                return lo
            middle = (lo + hi) >> 1
            earlier = self._time[slot, self._place(middle)] <= moment
            lo = np.where(undecided & earlier, middle + 1, lo)
            hi = np.where(undecided & ~earlier, middle, hi)

    def _make_room(self, slot: Rows, length: Rows, time: Times, hi: Rows) -> None:
        """Forget what no window reaches any more; grow the rings if that is not enough."""
        places = self._rings.shape[1]
        tight = self._size[slot] + length > places
        if not tight.any():
            return
        full = slot[tight]
        oldest = time[hi[tight] - 1] - self._span[full]
        self._size[full] = self._count[full] - self._first_after(full, oldest)
        needed = int((self._size[slot] + length).max())
        if needed > places and places < self._most:
            self._grow(1 << (min(needed, self._most) - 1).bit_length())

    def _grow(self, places: int) -> None:
        rings, old = np.zeros((len(self._rings), places), READING), self._rings.shape[1]
        held = self._size.nonzero()[0]
        size, begins = self._size[held], self._place(self._count[held] - self._size[held])
        for k, begin, n in zip(held.tolist(), begins.tolist(), size.tolist(), strict=True):
            fits = min(n, old - begin)
            rings[k, :fits] = self._rings[k, begin : begin + fits]
            rings[k, fits:n] = self._rings[k, : n - fits]
        self._count[:] = self._size
        self._take(rings)

    def _place(self, number: Rows) -> Rows:
        place: Rows = number & (self._rings.shape[1] - 1)
        return place

    def _take(self, rings: NDArray[Any]) -> None:
        self._rings, self._time, self._value = rings, rings["time"], rings["value"]
