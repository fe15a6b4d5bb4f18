"""Many ranges of one array at once: expand them, search in them, reduce over them; no Python loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.model import Floats, Mask, Times

Rows = NDArray[np.int64]  # positions in an array


def expand(lo: Rows, length: Rows) -> Rows:
    """The positions lo[k], lo[k]+1, ... of every range, one range after the other."""
    before = np.cumsum(length) - length
    positions: Rows = np.arange(length.sum()) + np.repeat(lo - before, length)
    return positions


def first_at(time: Times, lo: Rows, hi: Rows, moment: Times) -> Rows:
    """In each range [lo, hi) of rising times: the first position at or after `moment`, else hi."""
    lo, hi = lo.copy(), hi.copy()
    last = len(time) - 1
    while True:
        undecided = lo < hi
        if not undecided.any():
            return lo
        middle = (lo + hi) >> 1
        earlier = time[np.minimum(middle, last)] < moment
        lo = np.where(undecided & earlier, middle + 1, lo)
        hi = np.where(undecided & ~earlier, middle, hi)


def total(value: Times, lo: Rows, hi: Rows) -> Times:
    """Sum of value[lo:hi] for each range, 0 over an empty one."""
    return np.where(hi > lo, _reduced(np.add, value, lo, hi), 0)


def largest(value: Floats, lo: Rows, hi: Rows) -> Floats:
    """Maximum of value[lo:hi] for each range, -inf over an empty one."""
    return np.where(hi > lo, _reduced(np.maximum, value, lo, hi), -np.inf)


def first_equal(value: Floats, lo: Rows, hi: Rows, wanted: Floats) -> Rows:
    """First position in each range with value == wanted; meaningless where the range holds none."""
    length = np.maximum(hi - lo, 0)
    rows = expand(lo, length)
    hit = np.flatnonzero(value[rows] == np.repeat(wanted, length))
    begin = np.cumsum(length) - length
    at = np.searchsorted(hit, begin)
    found = np.append(hit, 0)[np.minimum(at, len(hit))]
    at_row: Rows = found - begin + lo
    return at_row


def starts(group: NDArray[Any]) -> Rows:
    """Where each run of equal neighbours begins."""
    if len(group) == 0:
        return np.empty(0, np.int64)
    return np.concatenate(([0], np.flatnonzero(group[1:] != group[:-1]) + 1))


def latest(known: Mask) -> Rows:
    """For each position the last one up to it where `known`; 0 where there is none."""
    return np.maximum.accumulate(np.where(known, np.arange(len(known)), 0))


def _reduced(operation: np.ufunc, value: NDArray[Any], lo: Rows, hi: Rows) -> NDArray[Any]:
    if len(lo) == 0:
        return value[:0]
    padded = np.append(value, value[:1])  # reduceat takes no index behind the end
    pairs = np.column_stack((lo, np.maximum(hi, lo))).ravel()
    return np.asarray(operation.reduceat(padded, pairs)[::2])
