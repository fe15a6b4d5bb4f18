"""From what devices speak to canonical units, for a whole batch of channels at once."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gateway.config.types import PROBES, Channel
from gateway.model import LARGEST_VALUE, Arrivals, Floats, Quality, Samples, usable


@dataclass(frozen=True, slots=True, eq=False)
class Conversions:
    """canonical = probe(wire) * scale + offset, by channel number."""

    scale: Floats  # float64[highest channel number + 1]
    offset: Floats
    probes: Mapping[str, np.ndarray]  # probe type -> int32 channel numbers; `direct` left out


def conversions(channels: Iterable[Channel], numbers: Mapping[str, int]) -> Conversions:
    """Tables for `channels`, whose numbers the journal gave out."""
    size = max(numbers.values(), default=-1) + 1
    scale, offset = np.ones(size), np.zeros(size)
    probes: dict[str, list[int]] = {}
    for channel in channels:
        number = numbers[channel.name]
        scale[number], offset[number] = channel.scale, channel.offset
        if channel.table.probe != "direct":
            probes.setdefault(channel.table.probe, []).append(number)
    return Conversions(scale, offset, {p: np.array(n, np.int32) for p, n in probes.items()})


def to_canonical(arrivals: Arrivals, by: Conversions) -> Arrivals:
    """The same readings in canonical units; a value no instrument can mean becomes BAD."""
    given = arrivals.samples
    value = given.value
    for probe, numbers in by.probes.items():
        mine = np.isin(given.channel, numbers)
        value = np.where(mine, importlib.import_module(f"{PROBES}.{probe}").convert(value), value)
    with np.errstate(over="ignore", invalid="ignore"):
        value = value * by.scale[given.channel] + by.offset[given.channel]
    fine = usable(given.quality)
    noise = fine & ~(np.abs(value) <= LARGEST_VALUE)
    quality = np.where(noise, np.uint8(Quality.BAD), given.quality)
    value = np.where(fine & ~noise, value, np.nan)
    return Arrivals(Samples(given.time, given.channel, value, quality), arrivals.received)
