"""The slow twin of pictures: every part of time from its readings, one by one."""

from __future__ import annotations

import itertools
from typing import Any

from gateway.model import Samples

Reading = tuple[int, float, int]  # time, value, quality


def picture(samples: Samples, width_ns: int) -> dict[int, dict[str, Any]]:
    """By the start of each part that has readings. They are sorted by time, equal times as they came."""
    parts = dict[int, list[Reading]]()
    columns = (samples.time, samples.value, samples.quality)
    for time, value, quality in zip(*(column.tolist() for column in columns), strict=True):
        parts.setdefault(time // width_ns * width_ns, []).append((time, value, quality))
    return {start: _part(readings) for start, readings in parts.items()}


def _part(readings: list[Reading]) -> dict[str, Any]:
    usable = [one for one in readings if one[2] <= 1]
    values, deciding = [value for _, value, _ in usable], usable or readings
    times = [time for time, _, _ in usable]
    return {
        **{
            name: sum(one[2] == k for one in readings)
            for k, name in enumerate(("good", "uncertain", "bad", "no_data"))
        },
        "low": min(values, default=None),
        "high": max(values, default=None),
        "mean": sum(values) / len(values) if values else None,
        "first": values[0] if values else None,
        "last": values[-1] if values else None,
        "first_ns": deciding[0][0],
        "last_ns": deciding[-1][0],
        "gap_ns": max((b - a for a, b in itertools.pairwise(times)), default=0),
    }
