"""The latest usable readings of the channels that a rule looks back on.

A long batch is not copied at once: it is kept as it came until the next one shows how much of it is still
looked back on. A window never sees more than the latest MOST readings, so that results do not depend on what
is remembered.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Times
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, expand, first_at, interleaved
from gateway.screening.rings import Rings
from gateway.screening.rules import MOST as MOST
from gateway.screening.series import PACE_NS

MOST_OF_PAIRS: Final = 4_194_304  # readings kept where two channels are compared: 13 kHz over 5 minutes
LONG: Final = 128  # readings a channel from which on a batch is kept as it came
STRIDES: Final = 9  # in a window: half of one holds four whole ones


@dataclass(frozen=True, eq=False)
class Piece:
    """Readings [lo, hi) of these channels, which rise; no range is empty."""

    row: Rows
    lo: Rows
    hi: Rows
    time: Times
    value: Floats

    def after(self, row: Rows, moment: Times) -> tuple[Rows, Times, Floats]:
        at = self.row[:-1].searchsorted(row)
        lo = self.lo[at]
        hi = np.where(self.row[at] == row, self.hi[at], lo)
        first = first_at(self.time, lo, hi, moment + (moment < FOREVER))
        position = expand(first, hi - first)
        return hi - first, self.time[position], self.value[position]

    def take(self, which: Rows) -> Piece:
        return Piece(self.row[which], self.lo[which], self.hi[which], self.time, self.value)


class History:
    """What windows may reach back on, of every channel of a screen."""

    def __init__(self, span: Times, shortest: Times, most: int) -> None:
        """How far back the rules of each channel look, int64[C] ns: at most, 0 for not at all; at least."""
        self.span = span
        self.pace = np.minimum(shortest // STRIDES, PACE_NS)  # int64[C] ns, how long a stride may well take
        self._rings = Rings(span, most)
        self._latest: Piece | None = None  # newer than what the rings hold

    def clear(self, row: Rows) -> None:
        self._settle()
        self._rings.clear(row)

    def append(self, row: Rows, lo: Rows, hi: Rows, time: Times, value: Floats) -> None:
        """Add readings [lo, hi) of these columns, which stay as they are, to each channel; these rise."""
        some = ((self.span[row] > 0) & (hi > lo)).nonzero()[0]
        if len(some) == 0:
            return
        piece = Piece(row[some], lo[some], hi[some], time, value)
        self._settle(piece)
        if len(time) > LONG * len(some) and (piece.hi - piece.lo).sum() > LONG * len(some):
            self._latest = piece
        else:
            self._rings.append(piece.row, piece.lo, piece.hi, time, value)

    def after(self, row: Rows, moment: Times) -> tuple[Rows, Times, Floats]:
        """Readings of each channel later than `moment`: how many, then all of them, channel by channel."""
        kept = self._rings.after(row, moment)
        if self._latest is None:
            return kept
        time, value, count, _ = interleaved([kept, self._latest.after(row, moment)])
        return count, time, value

    def _settle(self, newer: Piece | None = None) -> None:
        """Copy the latest piece into the rings, but for what no window reaches with `newer` any more."""
        piece, self._latest = self._latest, None
        if piece is None:
            return
        if newer is not None:
            reach = np.full(len(self.span), -(2**63))
            reach[newer.row] = newer.time[newer.hi - 1] - self.span[newer.row]
            gone = piece.time[piece.hi - 1] <= reach[piece.row]
            self._rings.clear(piece.row[gone])
            piece = piece.take(np.flatnonzero(~gone))
        if len(piece.row) > 0:
            reach = piece.time[piece.hi - 1] - self.span[piece.row]
            lo = first_at(piece.time, piece.lo, piece.hi, reach + 1)
            self._rings.append(piece.row, lo, piece.hi, piece.time, piece.value)
