"""Readings as rules see them: those that no sensor can mean are BAD, also by the word of another channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gateway.model import Samples
from gateway.screening.resolve import resolve
from gateway.screening.screen import Screen

Read = Callable[[Sequence[int], int, int | None], Samples]
"""`read(channels, start_ns, end_ns)`: every journaled reading of these channels in [start, end), None for no
end, in any order, repeats and conflicts included."""


def judged(screen: Screen, read: Read, readings: Samples) -> Samples:
    """These readings, which are as `resolve` makes them, implausible ones made BAD under a screen's plan.

    Reads what the channels that judge them said meanwhile.
    """
    guides = screen.guides
    mine = np.isin(guides.one, screen.rows(np.unique(readings.channel)))
    if not mine.any():
        return screen.judged(readings)
    judges = np.unique(screen.numbers[guides.by[mine]])
    begin, end = int(readings.time.min() - guides.gap[mine].max()), int(readings.time.max()) + 1
    said = read(judges.tolist(), begin, end)
    everything = screen.judged(resolve(Samples.concatenate([readings, said])))
    asked = np.ones(len(everything), np.bool_)
    for judge in judges.tolist():
        of_judge = everything.channel == judge
        own = readings.time[readings.channel == judge]
        asked[of_judge] = np.isin(everything.time[of_judge], own)
    return everything.take(asked)
