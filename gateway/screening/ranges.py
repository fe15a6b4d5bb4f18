"""Many ranges of one array at once: expand them, search in them, reduce over them; no Python loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from gateway.model import Floats, Mask, Times

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rows: TypeAlias = "NDArray[np.int64]"  # positions in an array
LONG: Final = 64  # rows a range from which on a slice each is cheaper than a place for every row


def expand(lo: Rows, length: Rows) -> Rows:
    """The positions lo[k], lo[k]+1, ... of every range, one range after the other."""
    before = np.cumsum(length) - length
    positions: Rows = np.arange(length.sum()) + np.repeat(lo - before, length)
    return positions


def chosen(rows: Rows, count: int) -> Any:
    """What picks these rows, which rise, out of `count`: a slice where they are all of them, or the first."""
    if len(rows) == count:
        return slice(None)
    return slice(len(rows)) if len(rows) > 0 and rows[-1] == len(rows) - 1 else rows


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


def first_of_each(time: Times, ranges: tuple[Rows, Rows], moments: Times, count: Rows) -> Rows:
    """The same for `count[k]` moments in each range [lo, hi): the first position at or after each."""
    lo, hi = ranges
    if len(moments) <= LONG * len(lo):
        return first_at(time, np.repeat(lo, count), np.repeat(hi, count), moments)
    found, end = np.empty(len(moments), np.int64), np.cumsum(count)
    for a, b, c, d in np.column_stack((lo, hi, end - count, end)).tolist():
        np.add(np.searchsorted(time[a:b], moments[c:d]), a, out=found[c:d])
    return found


def first_in_windows(time: Times, floor: Rows, ranges: tuple[Rows, Rows], moments: Times) -> Rows:
    """For `count` rows from `base` on of each range: the first position at or after the row's moment.

    Not before `floor`. It lies about as far behind each row as behind the first one of its range: three
    places are tried, and where none of them is it, it is searched for.
    """
    base, count = ranges
    end = np.cumsum(count)
    back = base - first_at(time, floor, base, moments[end - count])
    at, floors = expand(base, count), np.repeat(floor, count)
    guess = np.maximum(at - np.repeat(back, count), floors)
    found = guess + (time[guess] < moments)
    found -= (guess > floors) & (time[guess - 1] >= moments)
    right = (found == floors) | (time[found - 1] < moments)
    right &= time[found] >= moments
    wrong = np.flatnonzero(~right)
    found[wrong] = first_at(time, floors[wrong], at[wrong], moments[wrong])
    return found


def total(value: Times, lo: Rows, hi: Rows) -> Times:
    """Sum of value[lo:hi] for each range; these rise, do not overlap, and are not empty."""
    bounds = np.column_stack((lo, hi)).ravel()
    if bounds[-1] == len(value):  # reduceat takes no index behind the end
        bounds = bounds[:-1]
    return np.asarray(np.add.reduceat(value, bounds)[::2])


def first_largest(value: Floats, lo: Rows, hi: Rows) -> Rows:
    """Where the largest value of each range stands first; no range is empty."""
    length = hi - lo
    if length.sum() > LONG * len(lo):
        found = [a + int(value[a:b].argmax()) for a, b in zip(lo.tolist(), hi.tolist(), strict=True)]
        return np.array(found, np.int64)
    own = value[expand(lo, length)]
    begin = np.cumsum(length) - length
    hit = np.flatnonzero(own == np.repeat(np.maximum.reduceat(own, begin), length))
    at: Rows = hit[np.searchsorted(hit, begin)] - begin + lo
    return at


def pieces(column: NDArray[Any], lo: Rows, hi: Rows) -> NDArray[Any]:
    """column[lo:hi] of every range, one after the other; a view where there is one range only."""
    if (hi - lo).sum() <= LONG * len(lo):
        return column[expand(lo, hi - lo)]
    cut = [column[a:b] for a, b in zip(lo.tolist(), hi.tolist(), strict=True)]
    return cut[0] if len(cut) == 1 else np.concatenate(cut)


def every(column: NDArray[Any], ranges: tuple[Rows, Rows], step: Rows, count: Rows) -> NDArray[Any]:
    """column[lo:hi:step] of every range, one after the other; `count` places of each."""
    lo, hi = ranges
    end = np.cumsum(count)
    if end[-1] > LONG * len(lo):
        cuts = zip(lo.tolist(), hi.tolist(), step.tolist(), strict=True)
        return np.concatenate([column[a:b:n] for a, b, n in cuts])
    place: Rows = np.arange(end[-1]) * along(step, count)
    place += np.repeat(lo - (end - count) * step, count)
    return column.take(place, mode="clip")  # all are inside; not to look again is a third of the time


def along(column: NDArray[Any], count: Rows) -> NDArray[Any]:
    """A number for each range, to reckon with the range's rows: one for all where all are the same."""
    if (column == column[0]).all():
        return column[:1]
    return np.repeat(column, count)


def starts(group: NDArray[Any]) -> Rows:
    """Where each run of equal neighbours begins."""
    begins = np.ones(len(group), np.bool_)
    np.not_equal(group[1:], group[:-1], out=begins[1:])
    return begins.nonzero()[0]


def latest(known: Mask) -> Rows:
    """For each position the last one up to it where `known`; 0 where there is none."""
    return np.maximum.accumulate(np.where(known, np.arange(len(known)), 0))


def most(operation: np.ufunc, column: NDArray[Any], first: Rows, last: Rows) -> NDArray[Any]:
    """`operation` over column[first:last + 1] of each range: two overlapping blocks of a power of two."""
    level = np.frexp(last - first + 1)[1] - 1
    made: NDArray[Any] = np.empty(len(first), column.dtype)
    blocks, reach = column, 1  # blocks[k] covers column[k:k + reach]
    for k in range(int(level.max(initial=-1)) + 1):
        here = np.flatnonzero(level == k)
        made[here] = operation(blocks[first[here]], blocks[last[here] - reach + 1])
        if k < level.max():
            blocks = operation(blocks[:-reach], blocks[reach:])
            reach *= 2
    return made


def interleaved(parts: list[tuple[Rows, Times, Floats]]) -> tuple[Times, Floats, Rows, Rows]:
    """Join, run by run, readings given as (how many of each run, times, values).

    Returns times, values, how many each run has, and where its last part begins.
    """
    counts = np.array([part[0] for part in parts])
    whole = counts.sum(axis=0)
    start = np.cumsum(whole) - whole
    time, value = np.empty(whole.sum(), np.int64), np.empty(whole.sum(), np.float64)
    for k, (count, times, values) in enumerate(parts):
        place = expand(start + counts[:k].sum(axis=0), count)
        time[place], value[place] = times, values
    return time, value, whole, start + counts[:-1].sum(axis=0)
