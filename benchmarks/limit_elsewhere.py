"""The limit rule in polars and in DuckDB: what a good data engineer would write, to measure numpy against.

Both count the excursions of a high limit with deadband and delays as screening.md defines them, on one core.
Readings are already in memory in each tool's own form, sorted by channel and time; that is not part of the
time.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable

import numpy as np

from gateway.model import SECOND, Samples
from gateway.screening.rules import limit

Counter = Callable[[], int]


def tools(samples: Samples, rule: limit.Parameters) -> dict[str, Counter | None]:
    """Name of each tool, and what counts the excursions with it; None where it is not installed."""
    makers = {"polars": _polars, "duckdb": _duckdb}
    there = {name: importlib.util.find_spec(name) is not None for name in makers}
    return {name: make(samples, rule) if there[name] else None for name, make in makers.items()}


def _polars(samples: Samples, rule: limit.Parameters) -> Counter:
    """First and last reading of every run of the raw state, by shifts over all rows; the rest is small."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # read when it is imported
    import polars as pl

    frame = pl.DataFrame({"channel": samples.channel, "time": samples.time, "value": samples.value})
    value, channel = pl.col("value"), pl.col("channel")
    begins = (channel != channel.shift()).fill_null(True)
    says = pl.when(value > rule.limit).then(True).when(value <= rule.limit - rule.deadband).then(False)
    raw = pl.when(begins & says.is_null()).then(False).otherwise(says).forward_fill()
    news = begins | (pl.col("raw") != pl.col("raw").shift())
    edge = pl.col("new") | pl.col("new").shift(-1).fill_null(True)
    query = (
        frame.lazy().with_columns(raw=raw, begins=begins).with_columns(new=news).filter(edge)
        .select("channel", "time", "raw", "new")
    )  # fmt: skip

    def count() -> int:
        edges = query.collect()
        channel, time, raw, new = (edges[name].to_numpy() for name in ("channel", "time", "raw", "new"))
        return _opened(channel, time, raw, new, rule)

    return count


def _duckdb(samples: Samples, rule: limit.Parameters) -> Counter:
    """The same with window functions over each channel."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    columns = {"channel": samples.channel, "time": samples.time, "value": samples.value}
    connection.register("fed", columns)
    connection.execute("CREATE TABLE reading AS SELECT * FROM fed")
    query = f"""
        WITH said AS (
            SELECT channel, time, CASE WHEN value > {rule.limit} THEN true
                WHEN value <= {rule.limit - rule.deadband} THEN false END AS says FROM reading),
        held AS (
            SELECT channel, time, coalesce(last_value(says IGNORE NULLS) OVER w, false) AS raw
            FROM said WINDOW w AS (PARTITION BY channel ORDER BY time)),
        beside AS (
            SELECT channel, time, raw, lag(raw) OVER w AS before, lead(raw) OVER w AS later
            FROM held WINDOW w AS (PARTITION BY channel ORDER BY time))
        SELECT channel, time, raw, before IS NULL OR raw <> before AS new FROM beside
        WHERE before IS NULL OR raw <> before OR later IS NULL OR raw <> later ORDER BY channel, time"""

    def count() -> int:
        edges = connection.execute(query).fetchnumpy()
        return _opened(edges["channel"], edges["time"], edges["raw"], edges["new"], rule)

    return count


def _opened(
    channel: np.ndarray, time: np.ndarray, raw: np.ndarray, new: np.ndarray, rule: limit.Parameters
) -> int:
    """Excursions, from the first and last reading of each run of the raw state (few)."""
    found, is_open, since = 0, False, 0
    on, off = int(rule.on_delay_s * SECOND), int(rule.off_delay_s * SECOND)
    before = None
    for c, t, high, begins in zip(channel.tolist(), time.tolist(), raw.tolist(), new.tolist(), strict=True):
        is_open = is_open and c == before
        before = c
        since = t if begins else since
        if high and not is_open and t - since >= on:
            found, is_open = found + 1, True
        elif not high and is_open and t - since >= off:
            is_open = False
    return found
