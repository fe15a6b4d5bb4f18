"""What can be proven of one channel over an interval: the three clocks, and the kinetic mean.

What held at each moment decides, as the journal knows it: limits, max_gap, plausible ranges. So the answer
about a time that is over stays the same, whatever is configured today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gateway.alarming.course import plan_over
from gateway.alarming.judge import Judge
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import FOREVER, FOREVER_PAST
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.hours import LAST_SEQ
from gateway.journal.journal import Journal
from gateway.model import LARGEST_VALUE, SECOND, Samples, usable
from gateway.screening.clocks import Clocks, clocks, mean_kinetic_temperature_degC
from gateway.screening.gaps import Gaps
from gateway.screening.judged import Read
from gateway.screening.plan import Instance, Plan
from gateway.screening.rules import limit_of
from gateway.screening.screen import FARTHEST_NS
from gateway.statements import outage
from gateway.statements.outage import Outage
from gateway.times import format_rfc3339

LIMIT = "limit"  # the kind of rule whose limits make a range


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the interval with one range; `version` None: the range was given."""

    start_ns: int
    end_ns: int
    low: float | None
    high: float | None
    version: str | None
    clocks: Clocks

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "start": format_rfc3339(self.start_ns),
            "end": format_rfc3339(self.end_ns),
            "low": self.low,
            "high": self.high,
            "profile_version": self.version,
            **_in_ns(self.clocks),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """In range is low <= value <= high; None for no limit on that side. The parts follow one another."""

    channel: str
    unit: str
    start_ns: int
    end_ns: int
    parts: tuple[Part, ...]
    readings: int
    unusable: int  # of them: BAD, or NO_DATA
    mean_kinetic_degC: float | None  # None: not applicable
    without_pressure: int | None  # readings whose floor should have followed a pressure; None: it does not
    outages: tuple[Outage, ...]  # in which the journal could not be written

    @property
    def clocks(self) -> Clocks:
        """Of all parts together."""
        return Clocks.total([part.clocks for part in self.parts])

    def public(self) -> dict[str, Any]:
        """Plain JSON data; the three clocks add up to the interval, in whole nanoseconds."""
        first, *later = self.parts
        return {
            "schema": 2,
            "channel": self.channel,
            "start": format_rfc3339(self.start_ns),
            "end": format_rfc3339(self.end_ns),
            "unit": self.unit,
            "low": None if later else first.low,
            "high": None if later else first.high,
            **_in_ns(self.clocks),
            "interval_ns": self.end_ns - self.start_ns,
            "in_range_s": self.clocks.in_range_ns / SECOND,
            "out_of_range_s": self.clocks.out_of_range_ns / SECOND,
            "unproven_s": self.clocks.unproven_ns / SECOND,
            "interval_s": (self.end_ns - self.start_ns) / SECOND,
            "readings": self.readings,
            "readings_unusable": self.unusable,
            "mean_kinetic_temperature_degC": self.mean_kinetic_degC,
            "readings_without_pressure": self.without_pressure,
            "profile_version": first.version,
            "parts": [part.public() for part in self.parts],
            "outages": [
                {"from": format_rfc3339(o.from_ns), "to": format_rfc3339(o.to_ns), "reason": o.reason}
                for o in self.outages
            ],
        }


def _in_ns(of: Clocks) -> dict[str, int]:
    return {
        "in_range_ns": of.in_range_ns,
        "out_of_range_ns": of.out_of_range_ns,
        "unproven_ns": of.unproven_ns,
    }


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer follows from: the journal as it is, or as it was after an entry."""

    timeline: Timeline
    plan: Plan
    read: Read
    outages: tuple[Outage, ...]


def ground_of(journal: Journal, until_seq: int = LAST_SEQ) -> Ground:
    """`until_seq`: nothing behind this entry is seen."""

    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        return journal.read(channels, start_ns, end_ns, until_seq).samples

    timeline = timeline_of(journal, until_seq)
    stated = (outage.of(one.body) for seq, one in journal.statements(outage.KIND) if seq <= until_seq)
    return Ground(timeline, plan_over(timeline), read, tuple(stated))


def prove(
    journal: Journal,
    name: str,
    start_ns: int,
    end_ns: int,
    low: float | None = None,
    high: float | None = None,
) -> Proof:
    """Over [start, end), against the given limits, or else against those that held at each moment of it.

    Raises InputError for an unknown channel, an interval that ends before it starts, a time without limits.
    """
    ground = ground_of(journal)
    identity = ground.timeline.names.identity("channels", name)
    if identity not in ground.timeline.identities():
        raise InputError(_unknown(name, journal))
    return proven(ground, identity, start_ns, end_ns, low, high)


def proven(
    ground: Ground,
    identity: str,
    start_ns: int,
    end_ns: int,
    low: float | None = None,
    high: float | None = None,
    readings: Samples | None = None,
) -> Proof:
    """The same for whoever has the ground already, and a channel that is there.

    `readings`: of the channel as rules saw them, by whoever has them, a max_gap wider on both sides at least.
    """
    timeline, plan = ground.timeline, ground.plan
    _refuse_nonsense(start_ns, end_ns, low, high)
    number, unit = timeline.number(identity), timeline.last_known(identity, start_ns).unit
    judge = Judge(plan, ground.read)
    gaps = Gaps.of(c for c in plan.channels if c.channel == number)
    gap_ns = int(gaps.longest[0])
    if readings is None:
        readings = judge.readings(number, start_ns - gap_ns, end_ns + gap_ns)
    given = low is not None or high is not None
    in_force = _needed(ranges(plan, number, start_ns, end_ns))
    each = [(start_ns, end_ns, low, high, None)] if given else in_force
    moves = [placed.from_ns for placed in timeline.placements(identity)][1:]
    parts = tuple(
        Part(begin, end, least, most, version, _clocks(readings, gaps, moves, (begin, end), least, most))
        for begin, end, least, most, version in each
    )
    inside = readings.take((readings.time >= start_ns) & (readings.time < end_ns))
    mean = None
    lowest = [part.low for part in parts if part.low is not None]
    if unit == "degC" and len(lowest) == len(parts):
        mean = mean_kinetic_temperature_degC(inside, gaps, min(lowest))
    alone = judge.without_pressure(number, inside.time)
    shown = timeline.names.latest("channels", identity)
    outages = tuple(o for o in ground.outages if o.from_ns < end_ns and start_ns < o.to_ns)
    unusable = len(inside) - int(np.count_nonzero(usable(inside.quality)))
    return Proof(shown, unit, start_ns, end_ns, parts, len(inside), unusable, mean, alone, outages)


def _unknown(name: str, journal: Journal) -> str:
    if name in journal.channel_names().values():
        return (
            f"no gateway has run with channel {name!r} yet, so that the journal knows no limits of it; start "
            "`cryogate run` once with your configuration"
        )
    return f"no channel {name!r} in the journal; `cryogate check` lists them"


def _clocks(
    readings: Samples,
    gaps: Gaps,
    moves: Sequence[int],
    interval: tuple[int, int],
    low: float | None,
    high: float | None,
) -> Clocks:
    """Of each place by itself: between the last reading there and the first one here nothing is known."""
    start_ns, end_ns = interval
    told = []
    for since_ns, until_ns in pairwise([FOREVER_PAST, *moves, FOREVER]):
        begin, end = max(start_ns, since_ns), min(end_ns, until_ns)
        if begin < end:
            here = readings.take((readings.time >= since_ns) & (readings.time < until_ns))
            told.append(clocks(here, gaps, begin, end, low, high))
    return Clocks.total(told)


Range = tuple[int, int, float | None, float | None, str | None]


def ranges(plan: Plan, number: int, start_ns: int, end_ns: int) -> Iterator[Range]:
    """The ranges that held, one after the other; what stays the same is one. Without limits all is None."""
    rules = [i for i in plan.instances if i.channel == number and limit_of(i.kind, i.parameters) is not None]
    cuts = {start_ns, end_ns}
    for rule in rules:
        moments = (rule.valid_from_ns, rule.valid_to_ns, *(v.from_ns for v in rule.later))
        cuts |= {m for m in moments if start_ns < m < end_ns}
    bounds = sorted(cuts)
    last: Range | None = None
    for begin, end in pairwise(bounds):
        now = _range([r for r in rules if r.valid_from_ns <= begin < r.valid_to_ns], begin)
        if last is not None and last[2:] == now:
            last = (last[0], end, *now)
            continue
        if last is not None:
            yield last
        last = (begin, end, *now)
    if last is not None:
        yield last


def _range(rules: Sequence[Instance], at_ns: int) -> tuple[float | None, float | None, str | None]:
    """On each side the tightest limit of the worst severity that has one there.

    Those of rules of kind `limit`; of others (`budget`, `forecast`) where there are none.
    """
    rules = [r for r in rules if r.kind == LIMIT] or rules
    limits = [(r.severity_at(at_ns), limit_of(r.kind, r.parameters), r) for r in rules]
    if not limits:
        return None, None, None
    lows = [(severity, told[1]) for severity, told, _ in limits if told and told[0] == "low"]
    highs = [(severity, -told[1]) for severity, told, _ in limits if told and told[0] == "high"]
    named = sorted({r.versions(at_ns, at_ns)[-1] for _, _, r in limits})
    return (max(lows)[1] if lows else None, -max(highs)[1] if highs else None, ", ".join(named))


def _needed(found: Iterator[Range]) -> Iterator[Range]:
    """Raises InputError where there are no limits."""
    for one in found:
        if one[2] is one[3] is None:
            raise InputError(
                f"the channel has no limits at {format_rfc3339(one[0])}; ask for a part in which it has, or "
                "give --low or --high"
            )
        yield one


def _refuse_nonsense(start_ns: int, end_ns: int, low: float | None, high: float | None) -> None:
    if end_ns <= start_ns:
        raise InputError("the interval ends before it starts")
    if not -FARTHEST_NS <= start_ns < end_ns <= FARTHEST_NS:
        raise InputError("the interval reaches more than 73 years from 1970")
    for name, value in (("--low", low), ("--high", high)):
        if value is not None and not abs(value) <= LARGEST_VALUE:
            raise InputError(f"{name} must be a number within ±{LARGEST_VALUE:g}, got {value}")
    if low is not None and high is not None and low > high:
        raise InputError(f"no value lies between --low {low:g} and --high {high:g}")
