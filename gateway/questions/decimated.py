"""Readings for a picture: at most so many points of a channel, with every extreme, and every gap, kept.

A time is cut into equal parts. Of each part stay the first and the last reading, the lowest and the highest
value, and the first that has none: whoever draws a line through them sees each peak, and where nothing is
proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import Arrivals, Floats, Quality, Samples, Times
from gateway.times import format_rfc3339

OF_A_PART: Final = 5  # readings at most
Index = NDArray[np.intp]


def decimated(
    journal: Journal, channels: Iterable[str], interval: tuple[int, int], points: int
) -> list[dict[str, Any]]:
    """Of each channel its readings in [start, end), at most `points`; `all`: whether none was left out."""
    known = {row.name: row for row in journal.channels().values()}
    names = list(dict.fromkeys(channels))
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"no channel {', '.join(unknown)} in the journal")
    numbers = {known[name].number: name for name in names}
    kept, counts = _kept(journal.scan(list(numbers), *interval), interval, points)
    found = {n: _thin(kept.get(n, []), interval, points) for n in numbers}
    return [
        {"channel": name, "unit": known[name].unit, **_row(found[number], counts.get(number, 0))}
        for number, name in numbers.items()
    ]


def thinned(time: Times, value: Floats, interval: tuple[int, int], points: int) -> Index:
    """Which of the readings stay, in the order of time; `time` is sorted."""
    if len(time) <= points:
        return np.arange(len(time))
    parts = max(1, points // OF_A_PART)
    edges = np.linspace(interval[0], interval[1], parts + 1).astype(np.int64)[1:-1]
    bounds = [0, *np.searchsorted(time, edges).tolist(), len(time)]
    stays = {int(k) for a, b in pairwise(bounds) if b > a for k in _of_part(value, a, b)}
    return np.array(sorted(stays), np.intp)


def _of_part(value: Floats, a: int, b: int) -> Iterator[int]:
    yield a
    yield b - 1
    missing = np.isnan(value[a:b])
    if missing.any():
        yield a + int(missing.argmax())
    if not missing.all():
        yield a + int(np.nanargmin(value[a:b]))
        yield a + int(np.nanargmax(value[a:b]))


def _kept(
    hours: Iterable[Arrivals], interval: tuple[int, int], points: int
) -> tuple[Mapping[int, list[Samples]], Mapping[int, int]]:
    """By channel: what stays of each hour, and how many there were. What a part keeps, a whole keeps, too."""
    kept: dict[int, list[Samples]] = {}
    counts: dict[int, int] = {}
    for hour in hours:
        for number, samples in _by_channel(hour.samples):
            counts[number] = counts.get(number, 0) + len(samples)
            stays = kept.setdefault(number, [])
            stays.append(samples)
            if sum(map(len, stays)) > 2 * points:
                stays[:] = [_thin(stays, interval, points)]
    return kept, counts


def _by_channel(samples: Samples) -> Iterator[tuple[int, Samples]]:
    """They are sorted by channel and time."""
    numbers, begins = np.unique(samples.channel, return_index=True)
    ends = [*begins[1:].tolist(), len(samples)]
    for number, begin, end in zip(numbers.tolist(), begins.tolist(), ends, strict=True):
        yield number, samples.take(slice(begin, end))


def _thin(several: list[Samples], interval: tuple[int, int], points: int) -> Samples:
    samples = Samples.concatenate(several)
    return samples.take(thinned(samples.time, samples.value, interval, points))


def _row(samples: Samples, count: int) -> dict[str, Any]:
    qualities = [quality.name.lower() for quality in Quality]
    return {
        "readings": count,
        "all": count == len(samples),
        "time": [format_rfc3339(time) for time in samples.time.tolist()],
        "value": [None if np.isnan(value) else value for value in samples.value.tolist()],
        "quality": [qualities[quality] for quality in samples.quality.tolist()],
    }
