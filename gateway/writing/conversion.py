"""From what devices speak to canonical units, for a whole batch of channels at once.

wire --unit--> what the probe takes --probe--> indicated --calibration--> canonical

What the unit gives, and what the calibration makes of it, are decimals (units.py); what cannot be is BAD
(possible.py), by what is indicated already: a calibration does not make a temperature of 0 K. What a channel
declares of its device (`faults`, `lowest`, `highest`) is about what is indicated alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gateway.config.timeline import timeline_of
from gateway.config.types import DIRECT, PROBES, Channel, Configuration
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import LARGEST_VALUE, Arrivals, Floats, Mask, Qualities, Quality, Samples
from gateway.possible import ANYTHING, EVERYTHING, Beliefs, judge, possible
from gateway.probes import Converted
from gateway.probes.calibration import Calibrations, correct
from gateway.writing.earlier import Earlier, Then, earlier, read_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

Convert = Callable[[Floats], Converted]
AS_IT_IS = -1  # the probe of a channel that needs none


@dataclass(frozen=True, slots=True, eq=False)
class Conversions:
    """How each channel is converted, by channel number."""

    scale: Floats  # float64[channels]: what the probe takes = wire * scale + offset
    offset: Floats
    lowest: Floats  # float64[channels], canonical: what the quantity can be
    highest: Floats
    beliefs: Beliefs  # what is believed of each channel as it is indicated
    probe: NDArray[np.int32]  # int32[channels], position in `probes`
    probes: tuple[Convert, ...]  # each type with its options once, however many channels share it
    calibrations: Calibrations
    earlier: Earlier  # of readings that were measured before these held


def conversions(
    channels: Iterable[Channel],
    numbers: Mapping[str, int],
    before: Mapping[int, Sequence[Then]] | None = None,
    *,
    again: bool = False,
) -> Conversions:
    """Tables for `channels`, whose numbers the journal gave out; other channels stay as they are.

    `before`, `again`: how they were read before, see earlier.py.
    """
    size = max(numbers.values(), default=-1) + 1
    scale, offset, probe = np.ones(size), np.zeros(size), np.full(size, AS_IT_IS, np.int32)
    lowest, highest = np.full(size, ANYTHING.lowest), np.full(size, ANYTHING.highest)
    kinds: dict[tuple[str, Any], int] = {}
    calibrations, believed = {}, {}
    for channel in channels:
        number, table = numbers[channel.name], channel.table
        scale[number], offset[number] = channel.scale, channel.offset
        lowest[number], highest[number] = possible(table.quantity, channel.unit)
        if table.probe != DIRECT:
            probe[number] = kinds.setdefault((table.probe, table.probe_options), len(kinds))
        if channel.calibration is not None:
            calibrations[number] = channel.calibration
        if channel.believed != EVERYTHING:
            believed[number] = channel.believed
    probes = tuple(_convert(name, options) for name, options in kinds)
    beliefs = Beliefs.of(believed, lowest, highest)
    corrections = Calibrations.of(calibrations, size)
    past = earlier(before or {}, size, again=again)
    return Conversions(scale, offset, lowest, highest, beliefs, probe, probes, corrections, past)


def as_ever_read(configuration: Configuration, journal: Journal, numbers: Mapping[str, int]) -> Conversions:
    """Of a gateway: what was measured before its start is read as the journal says that it was then."""
    before = read_before(configuration, numbers, timeline_of(journal))
    return conversions(configuration.channels.values(), numbers, before)


def to_canonical(arrivals: Arrivals, by: Conversions, trusted: Mask | None = None) -> Arrivals:
    """The same readings in canonical units; a value that no instrument or probe can mean becomes BAD.

    `trusted`: bool[N], whether the gateway's clock was, at receipt; None: it was.
    """
    if trusted is None:
        trusted = np.ones(len(arrivals), np.bool_)
    now = _by_now(arrivals, by)
    value, quality = now.value, now.quality
    for mine, then in by.earlier.readings(arrivals, trusted):
        value[mine], quality[mine] = _by_then(arrivals.samples.take(mine), then)
    return replace(arrivals, samples=now)


def _by_then(samples: Samples, then: Then) -> tuple[Floats, Qualities]:
    """Values and qualities of readings of one channel."""
    alone = replace(samples, channel=np.zeros_like(samples.channel))
    read = _by_now(Arrivals(alone, samples.time), conversions([then.channel], {then.channel.name: 0}))
    quality = read.quality if then.certain else np.maximum(read.quality, Quality.UNCERTAIN)
    return read.value, quality


def _by_now(arrivals: Arrivals, by: Conversions) -> Samples:
    given = arrivals.samples
    channel = given.channel
    with np.errstate(over="ignore", invalid="ignore"):
        value = given.value * by.scale[channel] + by.offset[channel]
    quality = given.quality.copy()
    for which, mine in _groups(by.probe[channel]):
        value[mine], judged = by.probes[which](_measured(value[mine]))
        quality[mine] = np.maximum(quality[mine], judged)
    return corrected(Samples(given.time, channel, value, quality), by)


def corrected(samples: Samples, by: Conversions) -> Samples:
    """What is indicated, in canonical units already, as what is true: settled, and by the calibrations."""
    samples = settled(samples, by)
    return _calibrated(samples, by) if by.calibrations.some else samples


def settled(samples: Samples, by: Conversions) -> Samples:
    """Readings in canonical units already, as decimals; BAD where they cannot be, or mean a fault."""
    value, quality = by.beliefs.judge(samples.value, samples.quality, samples.channel)
    return Samples(samples.time, samples.channel, value, quality)


def _calibrated(samples: Samples, by: Conversions) -> Samples:
    """By the calibrations: no longer what the device said, but still nothing that cannot be."""
    given = correct(samples, by.calibrations)
    lowest, highest = by.lowest[given.channel], by.highest[given.channel]
    value, quality = judge(given.value, given.quality, lowest, highest)
    return Samples(given.time, given.channel, value, quality)


def _convert(name: str, options: Any) -> Convert:
    convert = importlib.import_module(f"{PROBES}.{name}").convert
    return lambda raw: convert(raw, options)


def _groups(probe: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each probe among the readings with the positions of its readings; those that need none are left out."""
    order = np.argsort(probe, kind="stable")
    order = order[np.searchsorted(probe[order], 0) :]
    starts = np.flatnonzero(np.diff(probe[order], prepend=AS_IT_IS))
    for mine in np.split(order, starts[1:]) if len(order) else ():
        yield int(probe[mine[0]]), mine


def _measured(raw: Floats) -> Floats:
    """What a probe takes: NaN where it is noise."""
    return np.where(np.abs(raw) <= LARGEST_VALUE, raw, np.nan)
