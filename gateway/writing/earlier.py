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
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER_PAST, Channel, Configuration
from gateway.dataclass import dataclass
from gateway.model import Arrivals, Times
from gateway.writing.certificates import Certificates

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Then:
    """Until `until_ns` a channel was read like this. `certain`: what the device meant is as now."""

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

    def readings(self, arrivals: Arrivals) -> Iterator[tuple[NDArray[np.intp], Then]]:
        """Positions of those that were measured under an earlier configuration, and what it said."""
        if not self.spans:
            return
        samples = arrivals.samples
        until = self.until[samples.channel]
        late = samples.time < until
        if not self.again:  # received before the start, after it: the gateway's clock was set back
            late &= arrivals.received >= until
        where = np.flatnonzero(late)
        for number in np.unique(samples.channel[where]).tolist():
            mine, from_ns = where[samples.channel[where] == number], FOREVER_PAST
            for then in self.spans[number]:
                time = samples.time[mine]
                yield mine[(time >= from_ns) & (time < then.until_ns)], then
                from_ns = then.until_ns


def earlier(spans: Mapping[int, Sequence[Then]], size: int, *, again: bool = False) -> Earlier:
    """`size`: of the tables by channel number."""
    until = np.full(size, FOREVER_PAST, np.int64)
    for number, several in spans.items():
        until[number] = several[-1].until_ns
    return Earlier(until, spans, again)


def certificates_before(
    channels: Mapping[str, Channel], numbers: Mapping[str, int], timeline: Timeline
) -> dict[int, list[Then]]:
    """Of each channel whose certificate changed: everything else is read as it is now."""
    found, certificates = {}, Certificates(timeline)
    for name, channel in channels.items():
        spans = certificates.of(channel)[:-1]
        if spans:
            then = [Then(one.until_ns, replace(channel, calibration=one.calibration), True) for one in spans]
            found[numbers[name]] = then
    return found


def read_before(
    configuration: Configuration, numbers: Mapping[str, int], timeline: Timeline
) -> dict[int, list[Then]]:
    """Of each channel that was read in another way once."""
    folder, channels = configuration.path.parent, configuration.channels
    spans = {numbers[name]: _spans(channel, timeline, folder) for name, channel in channels.items()}
    return {number: several for number, several in spans.items() if several}


def _spans(channel: Channel, timeline: Timeline, folder: Path) -> list[Then]:
    """By time, up to the last one that was another than now; a pause is of what was before it."""
    found: list[Then] = []
    was, identity = None, timeline.names.identity("channels", channel.name)
    for step in timeline.steps:
        told = step.channels.get(identity)
        if told is not None and was is not None and _told(told) != _told(was):
            found.append(_then(channel, was, step.from_ns, folder))
        was = told or was
    while found and found[-1].certain and found[-1].channel.calibration == channel.calibration:
        found.pop()
    return found


def _told(was: PastChannel) -> tuple[object, ...]:
    return was.read, was.calibration, was.address


def _then(channel: Channel, was: PastChannel, until_ns: int, folder: Path) -> Then:
    """What the device says of itself (`faults` and the like) counts as it is known now, where it means it."""
    made = as_it_was_read(channel.name, was, folder)
    if made is None:
        return Then(until_ns, channel, False)
    if _wire(made) == _wire(channel):
        return Then(until_ns, replace(channel, calibration=made.calibration), True)
    return Then(until_ns, made, False)


def _wire(channel: Channel) -> tuple[object, ...]:
    """What decides what the device meant."""
    table = channel.table
    return channel.scale, channel.offset, table.probe, table.probe_options, table.address
