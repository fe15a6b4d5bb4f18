"""A straight line through the newest readings: what it says of now, how steep it is, and how sure that is.

Readings are columns: seconds from now (float64[N], none above 0) and values (float64[N]). Nothing here knows
what is measured: every threshold follows from the readings' own scatter and their smallest step, so that
another unit or another scale gives the same answer. Single wrong readings are dropped, and of many readings
in a short time one value counts, so that the sampling rate does not decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gateway.dataclass import dataclass
from gateway.model import SECOND, Floats, Mask, Times
from gateway.text import counted

LEAST_READINGS: Final = 8  # for a line: fewer show their scatter by chance
MOST_READINGS: Final = 4096  # after thinning; of two weeks, one in five minutes
MOST_POINTS: Final = 96  # of a line: all pairs of them are looked at
NEIGHBOURS: Final = 7  # readings whose median one is compared with
OUTLIER: Final = 6.0  # standard deviations
SHORTEST_PART: Final = 1 / 512  # of the readings: the shortest window in which a line is looked for
AGREES: Final = 2.5  # standard errors by which the slopes of two windows may differ
UNUSUAL: Final = 2.0  # times as long as ever before do readings stand still that are held, or stuck
_DEVIATION: Final = 1.4826  # of a normal distribution, from the median absolute deviation


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Tidy ones: finite, in order, one of a time, without single outliers."""

    t_s: Floats  # float64[N], from now, rising, none above 0
    value: Floats  # float64[N]
    noise: float  # standard deviation of one reading about its neighbours
    step: float  # smallest difference between two readings; 0 where all are equal
    stands_s: float = 0.0  # for so long the newest are equal, where that is much longer than ever before

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def resolution(self) -> float:
        """What two readings have to differ by, to be different."""
        return max(self.noise, self.step)

    def until(self, end_s: float) -> Readings:
        """Those before a time."""
        end = int(np.searchsorted(self.t_s, end_s))
        return Readings(self.t_s[:end], self.value[:end], self.noise, self.step)

    def since(self, start_s: float) -> Readings:
        """Those from a time on."""
        first = int(np.searchsorted(self.t_s, start_s))
        return Readings(self.t_s[first:], self.value[first:], self.noise, self.step, self.stands_s)

    def moving(self) -> Readings:
        """Those before the newest ones that stand still, and the first of these."""
        if not self.stands_s or not len(self):
            return self
        end = int(np.searchsorted(self.t_s, float(self.t_s[-1]) - self.stands_s, side="right"))
        return Readings(self.t_s[:end], self.value[:end], self.noise, self.step)


@dataclass(frozen=True, slots=True)
class Line:
    """value(t) = now + per_s * t, with the standard errors of both."""

    now: float
    per_s: float
    now_error: float
    per_s_error: float
    since_s: float  # where it begins, from now
    earlier_per_s: float  # the slope of all that was looked at, also where it was another one


def too_few(number: int, since: str = "") -> str:
    """There are `number` readings, which is not enough."""
    if number == 0:
        return f"there are no readings{since}"
    return f"there {'is' if number == 1 else 'are'} only {counted(number, 'reading')}{since}"


def tidy(time: Times, value: Floats, now_ns: int) -> Readings:
    """Of any readings of one channel; those behind `now_ns` and what is no number do not count."""
    known = np.isfinite(value) & (time <= now_ns)
    t_s, values = _one_of_a_time((time[known] - now_ns) / SECOND, value[known])
    step, stands_s = _smallest_step(values), _stands_s(t_s, values)
    t_s, values, _ = _thinned(t_s, values, MOST_READINGS)
    if len(t_s) < NEIGHBOURS:
        return Readings(t_s, values, 0.0, step)
    middle = running_median(values)
    moves = t_s <= t_s[-1] - stands_s  # what stands still does not show its noise
    noise = _deviation((values - middle)[moves])
    sound = np.abs(values - middle) <= np.maximum(OUTLIER * noise, 2.5 * step)
    return Readings(t_s[sound], values[sound], noise, step, stands_s)


def running_median(value: Floats) -> Floats:
    """Of each value and those beside it; needs NEIGHBOURS of them."""
    padded = np.pad(value, NEIGHBOURS // 2, mode="reflect")
    found: Floats = np.median(sliding_window_view(padded, NEIGHBOURS), axis=1)
    return found


def steadiest(readings: Readings, agrees: float = AGREES) -> Line | None:
    """The line through the longest part before now in which the slope is one; None where there is none.

    Windows that end now, each twice as long as the one before, until one contradicts a shorter one (Lepski).
    """
    taken: list[Line] = []
    lines = [line for part in _windows(readings) if (line := _line(part)) is not None]
    for line in lines:
        if any(not _agree(line, shorter, agrees) for shorter in taken):
            break
        taken.append(line)
    if not taken:
        return None
    best, whole = taken[-1], lines[-1]
    return Line(
        best.now, best.per_s, best.now_error, best.per_s_error, best.since_s, _sign_kept(whole.per_s, best)
    )


def steeper_by(readings: Readings) -> float | None:
    """Logarithm of how much steeper the newer half rises than the older one; None where one does not rise."""
    middle_s = float(readings.t_s[0] + readings.t_s[-1]) / 2.0
    halves = _line(readings.until(middle_s)), _line(readings.since(middle_s))
    if halves[0] is None or halves[1] is None or min(halves[0].per_s, halves[1].per_s) <= 0.0:
        return None
    return float(np.log(halves[1].per_s / halves[0].per_s))


def last_rise(readings: Readings) -> int | None:
    """Position of the first reading after the last rise that stayed: a fill, or a weight that was added."""
    return _last_step(readings, upwards=True)


def last_fall(readings: Readings) -> int | None:
    """The same for a fall at once: something was taken out, or ran out."""
    return _last_step(readings, upwards=False)


def _last_step(readings: Readings, *, upwards: bool) -> int | None:
    value = readings.value if upwards else -readings.value
    least = 6.0 * readings.noise + 1.5 * readings.step
    found: int | None = None
    for width in (5, 20, 80) if upwards else (5,):
        if len(value) < 2 * width:
            break
        jump = _jumps(value, width)
        is_step = jump > least
        if not upwards:
            lasted_s = _jumps(readings.t_s, width)
            is_step = (jump > least + _usual(jump, lasted_s)) & _goes_no_further(jump, width)
            is_step &= jump > 3.0 * lasted_s * _fell_before(jump / lasted_s, width)
        steps = np.flatnonzero(is_step)
        if len(steps):
            last = int(steps[-1])
            first = last + int(np.argmax(np.diff(value[last : last + 2 * width]))) + 1
            behind = first + int(np.argmax(value[first : first + width]))
            found = behind if found is None else max(found, behind)
    return found


def _jumps(column: Floats, width: int) -> Floats:
    """Between the medians of `width` readings and of the next ones."""
    middle = np.median(sliding_window_view(column, width), axis=1)
    return middle[width:] - middle[:-width]


def _goes_no_further(jump: Floats, width: int) -> Mask:
    """Where the next jump is clearly smaller: a leak that became worse falls on; of the newest none knows."""
    following = np.full(len(jump), np.inf)
    following[: max(len(jump) - width, 0)] = jump[width:]
    return np.asarray(jump > 3.0 * following)


def _fell_before(per_s: Floats, width: int) -> Floats:
    """How fast it fell in both windows before, one of which may hold a part of a step: no step is as long."""
    found = np.zeros(len(per_s))
    found[2 * width :] = np.minimum(per_s[width:-width], per_s[: -2 * width])
    return np.maximum(found, 0.0)


def _usual(jump: Floats, lasted_s: Floats) -> Floats:
    """What a fall in such a time can be without a step: a gap, or a leak that became much worse, is none."""
    return 10.0 * max(float(np.median(jump / lasted_s)), 0.0) * lasted_s


def _windows(readings: Readings) -> Iterator[Readings]:
    """The newest readings, a longer part each time; all of them last."""
    if len(readings) < LEAST_READINGS:
        return
    span_s = float(readings.t_s[-1] - readings.t_s[0])
    part = SHORTEST_PART
    while part < 1.0:
        window = readings.since(float(readings.t_s[-1]) - part * span_s)
        if len(window) >= LEAST_READINGS:
            yield window
        part *= 2.0
    yield readings


def _line(readings: Readings) -> Line | None:
    """Theil and Sen: the median slope of all pairs, which a third of wrong points cannot move far.

    A pair counts by how far apart it is (Sievers 1978): of many readings within a minute beside few within
    hours most pairs are of that minute, and say next to nothing of the slope.
    """
    t, v, count = _thinned(readings.t_s, readings.value, MOST_POINTS)
    if len(t) < LEAST_READINGS:
        return None
    i, j = np.triu_indices(len(t), 1)
    slope = _weighted_median((v[j] - v[i]) / (t[j] - t[i]), t[j] - t[i])
    level = float(np.median(v - slope * t))
    rest = v - level - slope * t
    each = readings.noise * np.sqrt(len(t) / len(readings))  # of points that are means of several readings
    scatter = max(_deviation(rest), 0.8 * each, readings.step / 4.0)
    alone = _independent(rest)
    lever = readings.noise * _leverage(t, count) * np.sqrt(len(t) / alone)
    centre, spread = float(np.mean(t)), float(np.std(t))
    by_chance = 1.1 + 4.0 / len(t)  # so few show less scatter than there is
    slope_error = max(
        by_chance * scatter / (np.sqrt(alone) * spread),
        by_chance * 0.8 * lever,
        0.4 * readings.step / float(t[-1] - t[0]),
    )
    now_error = float(np.hypot(scatter / np.sqrt(alone), slope_error * centre))
    return Line(level, slope, now_error, float(slope_error), float(t[0]), slope)


def _leverage(t: Floats, count: Floats) -> float:
    """Error of the slope for each unit of noise, of points that are means of so many readings each."""
    apart = t - np.mean(t)
    return float(np.sqrt(np.sum(apart**2 / count)) / np.sum(apart**2))


def _weighted_median(value: Floats, weight: Floats) -> float:
    order = np.argsort(value)
    passed = np.cumsum(weight[order])
    return float(value[order][np.searchsorted(passed, passed[-1] / 2.0)])


def _independent(rest: Floats) -> float:
    """How many independent points so many residuals are worth: neighbours that err alike count less."""
    power = float(np.dot(rest, rest))
    alike = float(np.dot(rest[1:], rest[:-1])) / power if power > 0.0 else 0.0
    alike = min(max(alike, 0.0), 0.97)
    return max(len(rest) * (1.0 - alike) / (1.0 + alike), 3.0)


def _agree(line: Line, shorter: Line, within: float) -> bool:
    return abs(line.per_s - shorter.per_s) <= within * float(np.hypot(line.per_s_error, shorter.per_s_error))


def _sign_kept(per_s: float, best: Line) -> float:
    """A slope that points the other way says nothing of this one."""
    return per_s if per_s * best.per_s > 0.0 else best.per_s


def _one_of_a_time(t_s: Floats, value: Floats) -> tuple[Floats, Floats]:
    """In order of time; of several at one time the middle one."""
    order = np.lexsort((value, t_s))
    t_s, value = t_s[order], value[order]
    times, first, count = np.unique(t_s, return_index=True, return_counts=True)
    return times, value[first + (count - 1) // 2]


def _thinned(t_s: Floats, value: Floats, most: int) -> tuple[Floats, Floats, Floats]:
    """At most `most` points, each the mean of an equal part of the time; and of how many readings each is."""
    if len(t_s) <= most:
        return t_s, value, np.ones(len(t_s))
    width = (t_s[-1] - t_s[0]) / most
    part = np.minimum(((t_s - t_s[0]) / width).astype(np.int64), most - 1)
    count = np.bincount(part, minlength=most)
    there: Mask = count > 0
    return (
        (np.bincount(part, t_s, most)[there] / count[there]),
        (np.bincount(part, value, most)[there] / count[there]),
        count[there].astype(np.float64),
    )


def _stands_s(t_s: Floats, value: Floats) -> float:
    """How long the newest readings are equal; 0 where that is usual, as for a coarse sensor."""
    changed = np.flatnonzero(np.diff(value)) + 1
    if len(changed) < LEAST_READINGS or len(value) - changed[-1] < LEAST_READINGS:
        return 0.0
    first, last = np.append(0, changed), np.append(changed, len(value)) - 1
    lasted_s = np.where(last - first >= 2, t_s[last] - t_s[first], 0.0)  # two are equal by chance
    return float(lasted_s[-1]) if lasted_s[-1] > UNUSUAL * np.max(lasted_s[:-1]) else 0.0


def _deviation(rest: Floats) -> float:
    return _DEVIATION * float(np.median(np.abs(rest - np.median(rest)))) if len(rest) else 0.0


def _smallest_step(value: Floats) -> float:
    """0 where all are equal. Rounding of the arithmetic is none."""
    differences = np.diff(np.unique(value))
    real = differences[differences > 1e-9 * np.max(np.abs(value), initial=0.0)]
    return float(real.min()) if len(real) else 0.0
