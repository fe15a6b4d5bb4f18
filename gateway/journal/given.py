"""Readings as their devices gave them: what decides whether one is the repeat of another.

It is one where channel, the device's own time, value and quality are the same. A reading that was shifted
(its device's clock was ahead) is UNCERTAIN, so which of the usable qualities its device gave is not known: it
equals either. But a device whose clock was set right says after a while again what its wrong clock said
before, and a probe at rest says the same value. So whatever comes live, at the time it says, is a reading of
its own and no repeat of one that was shifted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.model import CLOCK_TOLERANCE_NS, WORST_USABLE, Arrivals, Mask, Qualities, Quality, Samples
from gateway.units import decimals

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHIFTED: Final = 16  # added to the quality of what was shifted
LATE: Final = 32  # and to that of what did not come live; both are beyond any quality
_QUALITY: Final = SHIFTED - 1


def as_given(arrivals: Arrivals) -> Samples:
    """At the devices' own times, with SHIFTED or LATE in `quality`: for readings that come."""
    given, lead_ns = as_stored(arrivals), arrivals.samples.time - arrivals.received
    late = (np.abs(lead_ns) > CLOCK_TOLERANCE_NS) & (given.quality < SHIFTED)
    return replace(given, quality=given.quality | late * np.uint8(LATE))


def as_stored(arrivals: Arrivals) -> Samples:
    """The same for readings that are there already; they need not say whether they came late."""
    if arrivals.shift is None:
        return arrivals.samples
    flags = (arrivals.shift != 0) * np.uint8(SHIFTED)
    quality = arrivals.samples.quality | flags
    return replace(arrivals.samples, time=arrivals.device_time, quality=quality)


def as_said(samples: Samples) -> Samples:
    """What they say, whatever it is worth: GOOD where there is a value, else BAD; NO_DATA says nothing."""
    said = in_two(samples)
    return said.take(said.quality < Quality.NO_DATA)


def in_two(samples: Samples) -> Samples:
    """Every usable quality is GOOD, and it is all the same whether a reading was shifted or came late."""
    quality = samples.quality & np.uint8(_QUALITY)
    return replace(samples, quality=np.where(quality <= WORST_USABLE, np.uint8(Quality.GOOD), quality))


def repeats(stored: Samples, given: Samples) -> Mask:
    """bool[len(given)]: an equal reading is stored, or stands before this one. 0.0 is -0.0, NaN is NaN.

    Values are equal where their decimals are: older journals hold -149.99999999999997 of what is -150.0 now.
    """
    every = Samples.concatenate([stored, given])
    if every.quality.max(initial=0) < SHIFTED:  # as a rule
        return _is_later(every, every.quality)[len(stored) :]
    shifted_first = stored.take(np.argsort(stored.quality < SHIFTED, kind="stable"))
    return _is_repeat(Samples.concatenate([shifted_first, given]))[len(stored) :]


def _is_repeat(every: Samples) -> Mask:
    """Of equals only the first can be a shifted one; beside it only those that came live stay."""
    quality = every.quality & np.uint8(_QUALITY)
    usable = np.where(quality <= WORST_USABLE, np.uint8(Quality.GOOD), quality)
    first = _first_equal(every, usable)
    is_shifted = (every.quality & SHIFTED) != 0
    own = np.flatnonzero(~is_shifted & (~is_shifted[first] | (every.quality & LATE == 0)))
    repeated: Mask = ~is_shifted | (first != np.arange(len(every)))
    repeated[own] = _is_later(every.take(own), quality[own])
    return repeated


def _is_later(every: Samples, quality: Qualities) -> Mask:
    """bool[N]: an equal reading stands before this one."""
    order, same = _side_by_side(every, quality)
    later = np.zeros(len(every), np.bool_)
    later[order[1:]] = same
    return later


def _first_equal(every: Samples, quality: Qualities) -> NDArray[np.intp]:
    """intp[N]: the position of the first reading that equals this one."""
    order, same = _side_by_side(every, quality)
    start = np.arange(len(order))
    start[1:][same] = 0
    first = np.empty(len(order), np.intp)
    first[order] = order[np.maximum.accumulate(start)]
    return first


def _side_by_side(every: Samples, quality: Qualities) -> tuple[NDArray[np.intp], Mask]:
    """An order in which equals stand together, the earlier first; bool[N - 1]: equals the one before."""
    plain = np.where(np.isnan(every.value), np.nan, decimals(every.value))
    columns = (quality, plain.view(np.int64), every.time, every.channel)
    order = np.lexsort(columns)
    same: Mask = np.logical_and.reduce([column[order[1:]] == column[order[:-1]] for column in columns])
    return order, same
