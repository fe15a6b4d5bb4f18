"""From what devices speak to canonical units, for a whole batch of channels at once.

wire --unit--> what the probe takes --probe--> indicated --calibration--> canonical
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.config.types import DIRECT, PROBES, Channel
from gateway.model import LARGEST_VALUE, Arrivals, Floats, Qualities, Quality, Samples, usable
from gateway.probes import Converted
from gateway.probes.calibration import Calibrations, correct

Convert = Callable[[Floats], Converted]
AS_IT_IS = -1  # the probe of a channel that needs none


@dataclass(frozen=True, slots=True, eq=False)
class Conversions:
    """How each channel is converted, by channel number."""

    scale: Floats  # float64[channels]: what the probe takes = wire * scale + offset
    offset: Floats
    probe: NDArray[np.int32]  # int32[channels], position in `probes`
    probes: tuple[Convert, ...]  # each type with its options once, however many channels share it
    calibrations: Calibrations


def conversions(channels: Iterable[Channel], numbers: Mapping[str, int]) -> Conversions:
    """Tables for `channels`, whose numbers the journal gave out; other channels stay as they are."""
    size = max(numbers.values(), default=-1) + 1
    scale, offset, probe = np.ones(size), np.zeros(size), np.full(size, AS_IT_IS, np.int32)
    kinds: dict[tuple[str, Any], int] = {}
    calibrations = {}
    for channel in channels:
        number, table = numbers[channel.name], channel.table
        scale[number], offset[number] = channel.scale, channel.offset
        if table.probe != DIRECT:
            probe[number] = kinds.setdefault((table.probe, table.probe_options), len(kinds))
        if channel.calibration is not None:
            calibrations[number] = channel.calibration
    probes = tuple(_convert(name, options) for name, options in kinds)
    return Conversions(scale, offset, probe, probes, Calibrations.of(calibrations, size))


def to_canonical(arrivals: Arrivals, by: Conversions) -> Arrivals:
    """The same readings in canonical units; a value that no instrument or probe can mean becomes BAD."""
    given = arrivals.samples
    with np.errstate(over="ignore", invalid="ignore"):
        raw = given.value * by.scale[given.channel] + by.offset[given.channel]
    value, quality = _proper(raw, given.quality)
    for which, mine in _groups(by.probe[given.channel]):
        value[mine], judged = by.probes[which](value[mine])
        quality[mine] = np.maximum(quality[mine], judged)
    found = correct(Samples(given.time, given.channel, value, quality), by.calibrations)
    samples = Samples(found.time, found.channel, *_proper(found.value, found.quality))
    return replace(arrivals, samples=samples)


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


def _proper(value: Floats, quality: Qualities) -> tuple[Floats, Qualities]:
    """Noise, and whatever is no number, becomes BAD; what is BAD has no value. New arrays."""
    fine = usable(quality)
    noise = fine & ~(np.abs(value) <= LARGEST_VALUE)
    return np.where(fine & ~noise, value, np.nan), np.where(noise, np.uint8(Quality.BAD), quality)
