"""Does the index of the archive fit to the rows? All pieces of a row group are looked at at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gateway.journal.entries import HOUR_NS, runs
from gateway.model import Mask, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Starts = NDArray[np.int64]

Piece = tuple[int, int, int, int, int, bytes]
"""Start, readings, hour, first_ns, last_ns and channels, as `Archive.index_of` has them."""


def covered(samples: Samples, pieces: Sequence[Piece]) -> int | None:
    """How many rows of a row group its pieces have, from its beginning on; None where one does not fit."""
    if not pieces:
        return 0
    if any(type(number) is not int for piece in pieces for number in piece[:5]):
        return None
    start, readings, hour, first_ns, last_ns = np.array([piece[:5] for piece in pieces], np.int64).T
    ends = np.cumsum(readings)
    if ((readings <= 0) | (readings > len(samples))).any():
        return None
    if not np.array_equal(start, ends - readings) or ends[-1] > len(samples):
        return None
    part = samples.take(slice(0, int(ends[-1])))
    begins = np.zeros(len(part), np.bool_)
    begins[start] = True
    fits = (
        np.array_equal(part.time // HOUR_NS, np.repeat(hour, readings))
        and np.array_equal(np.minimum.reduceat(part.time, start), first_ns)
        and np.array_equal(np.maximum.reduceat(part.time, start), last_ns)
        and _are_in_order(part, begins)
        and _channels(part, begins, start) == [piece[5] for piece in pieces]
    )
    return len(part) if fits else None


def _are_in_order(part: Samples, begins: Mask) -> bool:
    """Each piece by channel and time."""
    channel, time = part.channel, part.time
    is_behind = (channel[1:] > channel[:-1]) | ((channel[1:] == channel[:-1]) & (time[1:] >= time[:-1]))
    return bool((is_behind | begins[1:]).all())


def _channels(part: Samples, begins: Mask, start: Starts) -> list[bytes]:
    """Of each piece, which is in order; most have the same ones."""
    is_other = begins.copy()
    is_other[1:] |= part.channel[1:] != part.channel[:-1]
    places = np.flatnonzero(is_other)
    known: dict[bytes, bytes] = {}
    found = []
    for some in np.split(part.channel[places], np.searchsorted(places, start[1:])):
        key = some.tobytes()
        if key not in known:
            known[key] = runs(some)
        found.append(known[key])
    return found
