"""Rows of one series that have the same time and other values: often the times of the file are too coarse."""

from __future__ import annotations

import numpy as np

from gateway.tables import Series
from gateway.text import counted


def same_times(series: Series) -> str:
    """For people, how many readings contradict another of the same time; empty where none does."""
    values = np.where(np.isnan(series.value), np.inf, series.value)  # BAD readings are equal
    order = np.lexsort((values, series.time))
    time, values = series.time[order], values[order]
    count = int(((time[1:] == time[:-1]) & (values[1:] != values[:-1])).sum())
    if not count:
        return ""
    have = counted(count, "reading has", "readings have")
    return (
        f"{series.name}: {have} the time of another one and another value; of one time the higher value "
        "counts, and it is uncertain. If the times of the file have no seconds, export them with seconds"
    )
