"""Readings that come late, and were measured under another configuration: they are read as it was then.

A certificate or a unit is changed while the gateway is stopped; what a device measured before, and what a
broker or a logger kept, comes after the start. For each moment the configuration of that moment decides, and
the journal has it. Where more than the certificate changed (unit, probe, address), nobody knows whether the
device had changed already: the reading is UNCERTAIN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gateway.config.channels import as_it_was_read
from gateway.config.past import PastChannel
from gateway.config.timeline import Step, Timeline
from gateway.config.types import FOREVER_PAST, Channel, Configuration
from gateway.dataclass import dataclass
from gateway.model import Arrivals, Mask, Times

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Then:
    """In [from, until) a channel was read like this. `certain`: what the device meant is as now."""

    from_ns: int
    until_ns: int
    channel: Channel
    certain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What held before, by channel number, by time; `until`: int64[channels], ns, when the last of it ended.

    `again`: of what was received before, too: messages that are sent through again.
    """

    until: Times
    spans: Mapping[int, Sequence[Then]]
    again: bool = False

    def readings(self, arrivals: Arrivals, trusted: Mask) -> Iterator[tuple[NDArray[np.intp], Then]]:
        """Positions of those that were measured under an earlier configuration, and what it said.

        `trusted`: bool[N], whether the gateway's clock was, at receipt. Where it was not, or where a reading
        was received before a start and comes after it, since the clock was set back, nobody knows what was
        before the start.
        """
        if not self.spans:
            return
        samples = arrivals.samples
        until = self.until[samples.channel]
        late = samples.time < until
        if not self.again:
            late &= trusted & (arrivals.received >= until)
        where = np.flatnonzero(late)
        for number in np.unique(samples.channel[where]).tolist():
            mine = where[samples.channel[where] == number]
            for then in self.spans[number]:
                time = samples.time[mine]
                yield mine[(time >= then.from_ns) & (time < then.until_ns)], then


def earlier(spans: Mapping[int, Sequence[Then]], size: int, *, again: bool = False) -> Earlier:
    """`size`: of the tables by channel number."""
    until = np.full(size, FOREVER_PAST, np.int64)
    for number, several in spans.items():
        until[number] = several[-1].until_ns
    return Earlier(until, spans, again)


def read_before(
    configuration: Configuration, numbers: Mapping[str, int], timeline: Timeline, *, again: bool = False
) -> dict[int, list[Then]]:
    """Of each channel that was read in another way once.

    `again`: of messages that are sent through again because a mapping was mended: they are understood as now,
    and are uncertain where it was configured otherwise at their time; their certificates are those of then.
    """
    folder, found = configuration.path.parent, dict[int, list[Then]]()
    for name, channel in configuration.channels.items():
        spans = _spans(channel, timeline, folder)
        if again and spans:
            identity = timeline.names.identity("channels", name)
            spans = [_understood_now(one, channel, timeline.since_ns(identity)) for one in spans]
        if spans:
            found[numbers[name]] = spans
    return found


def _understood_now(then: Then, channel: Channel, since_ns: int) -> Then:
    """Before the channel was configured at all nothing of it was understood otherwise."""
    channel = replace(channel, calibration=then.channel.calibration)
    return replace(
        then, channel=channel, from_ns=then.from_ns if then.certain else max(then.from_ns, since_ns)
    )


def _spans(channel: Channel, timeline: Timeline, folder: Path) -> list[Then]:
    """By time, up to the last one that was another than now; a pause is of what was before it."""
    found: list[Then] = []
    was, from_ns, identity = None, FOREVER_PAST, timeline.names.identity("channels", channel.name)
    for step in timeline.steps:
        told = step.channels.get(identity)
        if told is not None and was is not None and _told(told) != _told(was):
            found.append(_then(channel, was, from_ns, step, folder))
            from_ns = step.from_ns
        was = told or was
    while found and found[-1].certain and found[-1].channel.calibration == channel.calibration:
        found.pop()
    return found


def _told(was: PastChannel) -> tuple[object, ...]:
    return was.read, was.calibration, was.address


def _then(channel: Channel, was: PastChannel, from_ns: int, ended: Step, folder: Path) -> Then:
    """What the device says of itself (`faults` and the like) counts as it is known now, where it means it.

    Where the clock was not trusted when that ended, nobody knows what was before it.
    """
    made = as_it_was_read(channel.name, was, folder)
    if made is None:
        return Then(from_ns, ended.from_ns, channel, False)
    if _wire(made) == _wire(channel):
        return Then(from_ns, ended.from_ns, replace(channel, calibration=made.calibration), ended.trusted)
    return Then(from_ns, ended.from_ns, made, False)


def _wire(channel: Channel) -> tuple[object, ...]:
    """What decides what the device meant."""
    table = channel.table
    return channel.scale, channel.offset, table.probe, table.probe_options, table.address
