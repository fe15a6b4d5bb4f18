"""Readings and changes of alarms as Arrow tables: the columns of the Parquet archive.

readings  time, received   timestamp[ns, UTC]
          channel, site, asset, zone, quantity, unit, quality   string
          value            double, null where the quality is bad or no_data
alarms    recorded, start, end, ...: the shape of `cryogate alarms --json`; lists and tables as JSON
          text, times as timestamp[ns, UTC]
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gateway.alarms.change import AlarmChange
from gateway.model import Arrivals, Quality
from gateway.sinks import Places
from gateway.times import parse_rfc3339

ROW: Final = np.dtype(
    [("time", "<i8"), ("received", "<i8"), ("value", "<f8"), ("channel", "<i4"), ("quality", "u1")]
)
Rows = NDArray[Any]  # of ROW
LEVEL: Final = 9  # of zstd
MOMENT: Final = pa.timestamp("ns", "UTC")
PLACE: Final = ("channel", "site", "asset", "zone", "quantity", "unit")
_TIMES: Final = ("start", "confirmed", "end", "cleared", "extreme_at", "raised", "returned", "over")
_NUMBERS: Final = ("extreme", "beyond_s", "degree_seconds", "unproven_s", "uncertainty")
_WORDS: Final = (
    *(
        "id",
        "kind",
        "severity",
        "state",
        "site",
        "asset",
        "zone",
        "channel",
        "rule",
        "profile_version",
        "unit",
    ),
    "message",
    "ended_by",
)
_JSON: Final = (
    *("units", "acknowledgements", "closing", "calibration", "resets", "profile_versions"),
    *("taken", "assigned", "comments", "overlay", "drill"),
)
ALARMS: Final = pa.schema(
    [
        ("number", pa.int64()),
        ("change", pa.string()),
        ("recorded", MOMENT),
        *((name, pa.string()) for name in _WORDS),
        ("revision", pa.int64()),
        ("withdrawn", pa.bool_()),
        ("contains_gap", pa.bool_()),
        ("readings", pa.int64()),
        ("changes", pa.int64()),
        ("schema", pa.int64()),  # of the shape
        *((name, MOMENT) for name in _TIMES),
        *((name, pa.float64()) for name in _NUMBERS),
        *((name, pa.string()) for name in _JSON),
    ]
)


def to_rows(arrivals: Arrivals) -> Rows:
    """Readings as rows of fixed width, in their order."""
    rows = np.empty(len(arrivals), ROW)
    for name in ("time", "value", "channel", "quality"):
        rows[name] = getattr(arrivals.samples, name)
    rows["received"] = arrivals.received
    return rows


def readings_table(rows: Rows, places: Places) -> pa.Table:
    """Sorted by channel name and time; equal keys keep the order of `rows`."""
    which, found = places.of(rows["channel"], rows["time"])
    rank = np.unique([place.channel for place in found], return_inverse=True)[1]
    order = np.lexsort((rows["time"], rank[which]))
    rows, which = rows[order], which[order]
    value = np.ascontiguousarray(rows["value"])
    columns = {
        "time": _moments(rows["time"]),
        **{name: _words([getattr(place, name) for place in found], which) for name in PLACE},
        "value": pa.array(value, mask=np.isnan(value)),
        "quality": _words([q.name.lower() for q in Quality], rows["quality"]),
        "received": _moments(rows["received"]),
    }
    return pa.table(columns)


def alarms_table(changes: Sequence[AlarmChange]) -> pa.Table:
    """One row a change, with what was known then; null what an earlier version of Cryogate did not know."""
    return pa.Table.from_pylist([_alarm(change) for change in changes], ALARMS)


def encoding(table: pa.Table) -> dict[str, Any]:
    """How pyarrow stores it smallest: times as differences, everything else through dictionaries.

    A third of the bytes of its defaults for 0.01 degC data at 1 Hz.
    """
    times = [column.name for column in table.schema if column.type == MOMENT]
    others = [name for name in table.column_names if name not in times]
    return {
        "compression": "zstd",
        "compression_level": LEVEL,
        "use_dictionary": others,
        "column_encoding": dict.fromkeys(times, "DELTA_BINARY_PACKED"),
    }


def _alarm(change: AlarmChange) -> dict[str, Any]:
    alarm = change.alarm
    return {
        **alarm,
        "number": change.number,
        "change": change.change,
        "recorded": change.recorded_ns,
        **{name: parse_rfc3339(alarm[name]) if alarm.get(name) else None for name in _TIMES},
        **{
            name: json.dumps(alarm[name], ensure_ascii=False) for name in _JSON if alarm.get(name) is not None
        },
    }


def _moments(time: NDArray[np.int64]) -> pa.Array:
    return pa.array(np.ascontiguousarray(time)).view(MOMENT)


def _words(texts: Sequence[str], which: NDArray[Any]) -> pa.Array:
    """`texts[which]`, each different text stored once."""
    distinct = sorted(set(texts))
    position = np.array([distinct.index(text) for text in texts], np.int32)
    return pa.DictionaryArray.from_arrays(position[which], distinct)
