"""Readings as messages to a central broker: JSON with one object a channel and its readings as columns.

    {"channels": [{"channel": "top", "site": "pudong", "asset": "freezer-1", "zone": "top",
                   "quantity": "temperature", "unit": "degC",
                   "time_ns": [1767610800000000000], "value": [-196.1], "quality": ["good"],
                   "received_ns": [1767610800000000001]}]}

`value` is null where the quality is bad or no_data. A reading is one channel at one time, whatever message
it comes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gateway.model import Arrivals, Quality
from gateway.sinks import Place, Places

NAMES: Final = ("site", "asset", "zone", "channel")  # what a topic can say
NOTHING: Final = "-"  # stands for what a place does not have: a level of a topic can not be empty
_PART: Final = re.compile(r"\{(\w*)\}")
_STRUCTURE: Final = re.compile(r"[/+#\x00-\x1f\x7f]")  # would change the level, or is not allowed in topics
_WORDS: Final = np.array([q.name.lower() for q in sorted(Quality)], object)

Rows = NDArray[np.intp]


def check_topic(template: str) -> None:
    """Raises ValueError where `template` makes no topic (MQTT 5.0 section 4.7)."""
    unknown = [name for name in _PART.findall(template) if name not in NAMES]
    if unknown:
        raise ValueError(f"topic {template!r} names {unknown[0]!r}; it can name {', '.join(NAMES)}")
    rest = _PART.sub("x", template)
    if not rest or rest.startswith("$") or any(c in rest for c in "+#{}\0"):
        raise ValueError(f"topic {template!r}: expected text without +, # and $, as in cryogate/{{site}}")


def topic(template: str, place: Place) -> str:
    """The topic of a channel's readings."""
    return _PART.sub(lambda part: _STRUCTURE.sub("_", getattr(place, part[1])) or NOTHING, template)


def messages(
    arrivals: Arrivals, places: Places, template: str, most_readings: int
) -> Iterator[tuple[str, bytes]]:
    """Topic and payload, together every reading once; at most `most_readings` in one payload."""
    channel = arrivals.samples.channel
    topics = {number: topic(template, places[number]) for number in np.unique(channel).tolist()}
    numbers = {name: i for i, name in enumerate(dict.fromkeys(topics.values()))}
    which = np.array([numbers[topics[number]] for number in channel.tolist()], np.int32)
    order = np.lexsort((channel, which))  # equal channels keep the order of their commits
    for rows in np.split(order, np.flatnonzero(np.diff(which[order])) + 1):
        for first in range(0, len(rows), most_readings):
            some = rows[first : first + most_readings]
            yield topics[int(channel[some[0]])], payload(arrivals, places, some)


def payload(arrivals: Arrivals, places: Places, rows: Rows) -> bytes:
    """JSON of the readings `rows`, sorted by channel."""
    runs = np.split(rows, np.flatnonzero(np.diff(arrivals.samples.channel[rows])) + 1)
    return msgspec.json.encode({"channels": [_columns(arrivals, places, run) for run in runs]})


def _columns(arrivals: Arrivals, places: Places, rows: Rows) -> dict[str, Any]:
    samples = arrivals.samples
    return asdict(places[int(samples.channel[rows[0]])]) | {
        "time_ns": samples.time[rows].tolist(),
        "value": samples.value[rows].tolist(),  # NaN becomes null
        "quality": _WORDS[samples.quality[rows]].tolist(),
        "received_ns": arrivals.received[rows].tolist(),
    }
