"""Readings as messages to a central broker: JSON with one object a channel and its readings as columns.

    {"channels": [{"channel": "top", "site": "pudong", "asset": "freezer-1", "zone": "top",
                   "quantity": "temperature", "unit": "degC",
                   "time_ns": [1767610800000000000], "value": [-196.1], "quality": ["good"],
                   "received_ns": [1767610800000000001]}]}

`value` is null where the quality is bad or no_data. A reading is one channel at one time, whatever message
it comes in.

What happens to an alarm is a message of its own, in the shape of `cryogate alarms --json`:

    {"change": "raised", "number": 42, "recorded": "2026-01-05T11:01:00.000000000Z", "id": "E-7Q2M9XKD", ...}

Where its topic names the alarm, the broker keeps the last one for those who come later, until the alarm is
closed: then an empty message takes it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import numpy as np

from gateway.alarms.change import AlarmChange
from gateway.model import Arrivals, Quality
from gateway.mqtt.message import Message
from gateway.mqtt.templates import filled
from gateway.sinks import Place, Places
from gateway.times import format_rfc3339

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES: Final = ("site", "asset", "zone", "channel")  # what a topic can say
IDENTITY: Final = "id"  # what the topic of an alarm can say besides
CLOSED: Final = "closed"  # the state of an alarm that needs nobody any more
_WORDS: Final = tuple(quality.name.lower() for quality in sorted(Quality))

Rows: TypeAlias = "NDArray[np.intp]"


def topic(template: str, place: Place) -> str:
    """The topic of a channel's readings."""
    return filled(template, {name: getattr(place, name) for name in NAMES})


def alarm_topic(template: str, alarm: Mapping[str, Any]) -> str:
    """The topic of what happens to an alarm."""
    return filled(template, {name: alarm[name] or "" for name in (*NAMES, IDENTITY)})


def alarm_message(change: AlarmChange, template: str) -> Message:
    """To be kept by the broker where the topic is that of one alarm, and the alarm needs somebody."""
    told = {"change": change.change, "number": change.number, "recorded": format_rfc3339(change.recorded_ns)}
    payload = msgspec.json.encode({**told, **change.alarm})
    retain = f"{{{IDENTITY}}}" in template and change.alarm["state"] != CLOSED
    return Message(alarm_topic(template, change.alarm), payload, retain)


def messages(arrivals: Arrivals, places: Places, template: str, most_readings: int) -> Iterator[Message]:
    """Together every reading once; at most `most_readings` in one payload."""
    place, found = places.of(arrivals.samples.channel, arrivals.samples.time)
    topics = [topic(template, one) for one in found]
    numbers = {name: i for i, name in enumerate(dict.fromkeys(topics))}
    which = np.array([numbers[name] for name in topics], np.int32)[place]
    order = np.lexsort((place, which))  # readings of one place keep the order of their commits
    for rows in np.split(order, np.flatnonzero(np.diff(which[order])) + 1):
        for first in range(0, len(rows), most_readings):
            some = rows[first : first + most_readings]
            runs = np.split(some, np.flatnonzero(np.diff(place[some])) + 1)
            told = [_columns(arrivals, found[int(place[run[0]])], run) for run in runs]
            yield Message(topics[int(place[some[0]])], msgspec.json.encode({"channels": told}))


def _columns(arrivals: Arrivals, place: Place, rows: Rows) -> dict[str, Any]:
    samples = arrivals.samples
    return asdict(place) | {
        "time_ns": samples.time[rows].tolist(),
        "value": samples.value[rows].tolist(),  # NaN becomes null
        "quality": [_WORDS[quality] for quality in samples.quality[rows].tolist()],
        "received_ns": arrivals.received[rows].tolist(),
    }
