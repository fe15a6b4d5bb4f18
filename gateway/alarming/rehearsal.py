"""What a reading of a channel would raise, were it real: its conversion, what is plausible, its limits.

Nothing is stored and nobody is told: a screener of its own, with the rules in force at that moment, is shown
the reading for as long as the delays of these rules ask for.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from gateway.alarming.course import plan_over
from gateway.alarms.drills import Rehearsed, is_ours
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER, FOREVER_PAST, PROBES, Channel, Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.signing_key import drill_key
from gateway.model import Arrivals, Quality, Samples, to_ns
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Instance, Plan
from gateway.screening.rules import LIMIT, named_channels
from gateway.screening.screener import Screener
from gateway.statements import Statement
from gateway.statements import drill as drills
from gateway.writing.conversion import Conversions, conversions, to_canonical

PLAUSIBLE: Final = "plausible"
MARGINS: Final = (1.0, 0.1, 0.01)  # beyond a limit, in its unit; less where more is not plausible any more
FEWEST: Final = 3  # readings
MOST: Final = 10_000
"""Readings of one rehearsal: a delay of a day at a reading in ten seconds has fewer."""


@dataclass(frozen=True, slots=True)
class Input:
    """A channel with what is in force on it at a moment."""

    channel: Channel
    number: int
    plan: Plan
    conversion: Conversions
    at_ns: int

    @property
    def limits(self) -> list[Instance]:
        """The most severe first."""
        found = [i for i in self.plan.instances if i.kind == LIMIT]
        return sorted(found, key=lambda i: -i.severity)


class Rehearsing:
    """Of the drills that this gateway has sealed."""

    def __init__(self, configuration: Configuration, journal: Journal) -> None:
        self._configuration = configuration
        self._journal = journal

    def __call__(self, statement: Statement, timeline: Timeline, now_ns: int) -> Rehearsed | None:
        """None: it is not sealed by this gateway."""
        said = drills.of(statement.body)
        try:
            if not is_ours(statement, self._journal.id, drill_key(self._journal.path.parent)):
                return None
            at = input_of(self._configuration, timeline, said.channel, now_ns)
        except InputError as error:
            return Rehearsed(problem=str(error))
        place = timeline.place_of(at.number, now_ns)
        if place is not None and place.asset_identity != timeline.asset_identity(said.asset):
            return Rehearsed(problem=f"{said.channel} measures {place.asset} by now, not {said.asset}")
        return rehearse(at, said.signal)


def input_of(configuration: Configuration, timeline: Timeline, name: str, at_ns: int) -> Input:
    """Raises InputError for a channel that the configuration or the journal does not have."""
    channel, number = configuration.channels.get(name), timeline.numbers.get(name)
    identity = None if number is None else timeline.identity_of(number)
    if channel is None or number is None or identity is None:
        raise InputError(f"there is no channel {name!r} that the gateway has measured")
    plan = plan_over(timeline, only=identity)
    held = [i for i in plan.instances if i.valid_from_ns <= at_ns < i.valid_to_ns]
    instances = tuple(_always(i, at_ns) for i in held if i.kind in (LIMIT, PLAUSIBLE))
    named = {timeline.numbers[n] for i in instances for _, n, _ in named_channels(i.parameters)}
    channels = tuple(c for c in plan.channels if c.channel in {number, *named})
    return Input(channel, number, Plan(channels, instances), conversions([channel], {name: number}), at_ns)


def worst_signal(at: Input) -> tuple[float, Rehearsed]:
    """What the source would say just beyond the limit whose breach is worst, and what that raises.

    Raises InputError where no reading would raise anything.
    """
    if not at.limits:
        raise InputError(
            f"channel {at.channel.name} has no limit in force: no reading would raise an alarm; give it a "
            "profile with a rule of kind limit"
        )
    tried = [(signal, rehearse(at, signal)) for signal in _signals(at)]
    raising = [one for one in tried if not one[1].problem]
    if not raising:
        raise InputError(
            f"channel {at.channel.name}: no reading beyond its limits is taken for plausible, so none would "
            "raise an alarm; correct the profile"
        )
    return max(raising, key=lambda one: one[1].severity)  # the first of equals: the widest margin


def rehearse(at: Input, signal: float) -> Rehearsed:
    """What becomes of it on its way."""
    samples = to_canonical(_arrivals(at, signal), at.conversion).samples
    last = Quality(int(samples.quality[-1]))
    if last is Quality.BAD:
        return Rehearsed(problem=f"a signal of {signal:g} is no reading of {at.channel.name}: it is BAD")
    value = float(samples.value[-1])
    found = [e for e in _screened(at.plan, samples) if e.channel == at.number]
    worst = max(found, key=lambda e: e.severity, default=None)
    if worst is None:
        return Rehearsed(
            value=value,
            problem=f"a reading of {value:g} {at.channel.unit} at {at.channel.name} would raise nothing",
        )
    return Rehearsed(worst.rule, worst.severity, worst.versions[-1], value)


def _always(instance: Instance, at_ns: int) -> Instance:
    """As it holds at that moment, without beginning and end."""
    severity = instance.severity_at(at_ns)
    version = instance.versions(at_ns, at_ns)[-1]
    return replace(
        instance,
        severity=severity,
        version=version,
        valid_from_ns=FOREVER_PAST,
        valid_to_ns=FOREVER,
        sees_from_ns=None,
        expected_from_ns=None,
        later=(),
    )


def _signals(at: Input) -> Iterator[float]:
    """Beyond each limit by some margins, as the source would say it."""
    table = at.channel.table
    probe = importlib.import_module(f"{PROBES}.{table.probe}")
    for margin in MARGINS:
        for instance in at.limits:
            parameters: Any = instance.parameters
            sign = 1.0 if parameters.side == "high" else -1.0
            value = np.array([parameters.limit + sign * margin])
            raw = float(probe.signal(value, table.probe_options)[0])
            if np.isfinite(raw):
                yield (raw - at.channel.offset) / at.channel.scale


def _arrivals(at: Input, signal: float) -> Arrivals:
    """The same reading for as long as the longest delay asks for, up to that moment."""
    delays: Sequence[Any] = [i.parameters for i in at.limits]
    longest_ns = max((to_ns(p.on_delay_s) for p in delays), default=0)
    gaps_ns = next(c.gaps_ns for c in at.plan.channels if c.channel == at.number)
    step_ns = max(min(gaps_ns) // 2, 1)
    count = min(longest_ns // step_ns + FEWEST, MOST)
    time = at.at_ns - step_ns * np.arange(count - 1, -1, -1, dtype=np.int64)
    channel = np.full(count, at.number, np.int32)
    quality = np.full(count, Quality.GOOD, np.uint8)
    samples = Samples(time, channel, np.full(count, signal), quality)
    return Arrivals(samples, time.copy())


def _screened(plan: Plan, samples: Samples) -> list[Excursion]:
    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        last_ns = FOREVER if end_ns is None else end_ns
        mine = (
            (samples.time >= start_ns) & (samples.time < last_ns) & np.isin(samples.channel, list(channels))
        )
        return samples.take(mine)

    found: dict[str, Excursion] = {}
    for change in Screener(plan, read).take(samples):
        found[change.excursion.id] = change.excursion
    return [e for e in found.values() if not e.withdrawn]
