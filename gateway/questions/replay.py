"""Recorded readings through the same core as the live ones: excursions with what was inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from gateway.alarming.exposed import exposed
from gateway.alarming.measure import Measures
from gateway.alarming.plan import plan
from gateway.alarming.resets import StatedReset, for_screening
from gateway.config.types import FOREVER, Configuration
from gateway.model import Samples
from gateway.published import view
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Plan
from gateway.screening.screener import Screener
from gateway.traceability.containment import Containments
from gateway.writing.conversion import conversions, settled


def replay(
    configuration: Configuration,
    numbers: Mapping[str, int],
    parts: Sequence[Samples],
    inside: Containments,
    resets: Iterable[StatedReset] = (),
) -> list[dict[str, Any]]:
    """Excursions in the order of their start, in the shape of view.excursion.

    The clock of a recording is its latest reading: a channel that fell silent before that has no data.
    """
    by = conversions(configuration.channels.values(), numbers)
    samples = settled(Samples.concatenate(parts).sorted(), by)
    screened = plan(configuration, numbers, for_screening(resets, numbers))
    measures = Measures(screened, _reader(samples))
    ordered = sorted(excursions(screened, samples), key=lambda e: (e.start_ns, e.channel, e.rule))
    now_ns = int(samples.time.max(initial=0))
    return [_public(e, configuration, screened.names[e.channel], inside, measures, now_ns) for e in ordered]


def excursions(screened: Plan, samples: Samples) -> list[Excursion]:
    """Of readings sorted by (channel, time), without those that were withdrawn again."""
    screener, found = Screener(screened, _reader(samples)), dict[str, Excursion]()
    changes = screener.take(samples)
    if len(samples):
        changes += screener.advance(int(samples.time.max()))
    for change in changes:
        found[change.excursion.id] = change.excursion
    return [one for one in found.values() if not one.withdrawn]


def _reader(samples: Samples) -> Callable[[Sequence[int], int, int | None], Samples]:
    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        found = []
        for channel in channels:
            lo, hi = np.searchsorted(samples.channel, [channel, channel + 1])
            first, last = np.searchsorted(
                samples.time[lo:hi], [start_ns, FOREVER if end_ns is None else end_ns]
            )
            found.append(samples.take(slice(lo + first, lo + last)))
        return Samples.concatenate(found)

    return read


def _public(
    found: Excursion,
    configuration: Configuration,
    name: str,
    inside: Containments,
    measures: Measures,
    now_ns: int,
) -> dict[str, Any]:
    table = configuration.channels[name].table
    until_ns = now_ns if found.end_ns is None else found.end_ns
    units = exposed(found, partial(inside.inside, table.asset, table.zone), measures, until_ns)
    return view.excursion(found, name, units)
