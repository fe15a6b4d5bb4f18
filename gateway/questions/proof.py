"""What can be proven of one channel over an interval: the three clocks, and the kinetic mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.alarming.judge import Judge
from gateway.alarming.plan import numbers_of, plan
from gateway.config.types import FOREVER_PAST, Configuration, ProfileVersion
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import LARGEST_VALUE, SECOND, Samples
from gateway.screening.clocks import Clocks, clocks, mean_kinetic_temperature_degC
from gateway.screening.gaps import Gaps
from gateway.screening.rules import LIMIT, limit_of
from gateway.screening.screen import FARTHEST_NS
from gateway.statements import outage
from gateway.statements.outage import Outage
from gateway.times import format_rfc3339


@dataclass(frozen=True, slots=True)
class Proof:
    """In range is low <= value <= high; None for no limit on that side."""

    channel: str
    start_ns: int
    end_ns: int
    low: float | None
    high: float | None
    clocks: Clocks
    readings: int
    mean_kinetic_degC: float | None  # None: not applicable
    without_pressure: int | None  # readings whose floor should have followed a pressure; None: it does not
    version: str | None  # of the profile that the limits are from; None: they were given
    later: tuple[tuple[str, int], ...]  # versions that come into force within the interval, and when
    outages: tuple[Outage, ...]  # in which the journal could not be written

    def public(self, unit: str) -> dict[str, Any]:
        """Plain JSON data; the three clocks add up to the interval, in whole nanoseconds."""
        return {
            "channel": self.channel,
            "start": format_rfc3339(self.start_ns),
            "end": format_rfc3339(self.end_ns),
            "unit": unit,
            "low": self.low,
            "high": self.high,
            "in_range_ns": self.clocks.in_range_ns,
            "out_of_range_ns": self.clocks.out_of_range_ns,
            "unproven_ns": self.clocks.unproven_ns,
            "interval_ns": self.end_ns - self.start_ns,
            "in_range_s": self.clocks.in_range_ns / SECOND,
            "out_of_range_s": self.clocks.out_of_range_ns / SECOND,
            "unproven_s": self.clocks.unproven_ns / SECOND,
            "interval_s": (self.end_ns - self.start_ns) / SECOND,
            "readings": self.readings,
            "mean_kinetic_temperature_degC": self.mean_kinetic_degC,
            "readings_without_pressure": self.without_pressure,
            "profile_version": self.version,
            "later_versions": [{"version": v, "valid_from": format_rfc3339(at)} for v, at in self.later],
            "outages": [
                {"from": format_rfc3339(o.from_ns), "to": format_rfc3339(o.to_ns), "reason": o.reason}
                for o in self.outages
            ],
        }


def prove(
    configuration: Configuration,
    journal: Journal,
    name: str,
    start_ns: int,
    end_ns: int,
    low: float | None = None,
    high: float | None = None,
) -> Proof:
    """Over [start, end), against the given limits, or else those of the channel's profile at the start.

    Raises InputError for an unknown channel, an interval that ends before it starts, or no limit at all.
    """
    channel = configuration.channels.get(name)
    if channel is None or name not in journal.channel_names().values():
        raise InputError(f"no channel {name!r} in configuration and journal; `cryogate check` lists them")
    if end_ns <= start_ns:
        raise InputError("the interval ends before it starts")
    if not -FARTHEST_NS <= start_ns < end_ns <= FARTHEST_NS:
        raise InputError("the interval reaches more than 73 years from 1970")
    _refuse_nonsense(low, high, channel.unit)
    version: str | None = None
    later: tuple[tuple[str, int], ...] = ()
    if low is None and high is None:
        versions = configuration.profiles.get(channel.table.profile or "", ())
        low, high = _limits(versions, channel.unit, start_ns)
        version = [f"{v.profile} {v.version}" for v in versions if v.valid_from_ns <= start_ns][-1]
        later = tuple(
            (f"{v.profile} {v.version}", v.valid_from_ns)
            for v in versions
            if start_ns < v.valid_from_ns < end_ns
        )
    numbers = numbers_of(configuration, journal)
    screened = plan(configuration, numbers, dict.fromkeys(numbers, FOREVER_PAST))

    def read(channels: Sequence[int], first_ns: int, until_ns: int | None) -> Samples:
        return journal.read(channels, first_ns, until_ns).samples

    judge = Judge(screened, read)
    gaps = Gaps.of(c for c in screened.channels if c.channel == numbers[name])
    gap_ns = int(gaps.longest[0])
    readings = judge.readings(numbers[name], start_ns - gap_ns, end_ns + gap_ns)
    inside = readings.take((readings.time >= start_ns) & (readings.time < end_ns))
    mean = None
    if channel.unit == "degC" and low is not None:
        mean = mean_kinetic_temperature_degC(inside, gaps, low)
    found = clocks(readings, gaps, start_ns, end_ns, low, high)
    alone = judge.without_pressure(numbers[name], inside.time)
    outages = _outages(journal, start_ns, end_ns)
    return Proof(name, start_ns, end_ns, low, high, found, len(inside), mean, alone, version, later, outages)


def _outages(journal: Journal, start_ns: int, end_ns: int) -> tuple[Outage, ...]:
    """Those that touch the interval; what a broker kept meanwhile came later, what nobody kept is a gap."""
    every = (outage.of(statement.body) for _, statement in journal.statements(outage.KIND))
    return tuple(o for o in every if o.from_ns < end_ns and start_ns < o.to_ns)


def _refuse_nonsense(low: float | None, high: float | None, unit: str) -> None:
    for name, value in (("--low", low), ("--high", high)):
        if value is not None and not abs(value) <= LARGEST_VALUE:
            raise InputError(f"{name} must be a number within ±{LARGEST_VALUE:g} {unit}, got {value}")
    if low is not None and high is not None and low > high:
        raise InputError(f"no value lies between --low {low:g} and --high {high:g}")


def _limits(versions: tuple[ProfileVersion, ...], unit: str, at_ns: int) -> tuple[float | None, float | None]:
    """On each side the tightest limit of the worst severity that has one there."""
    in_force = [v for v in versions if v.valid_from_ns <= at_ns][-1:]
    rules = [r for v in in_force for r in v.rules if r.unit == unit]
    limits = [(r.severity, limit_of(r.kind, r.parameters)) for r in rules if r.kind == LIMIT]
    if not limits:
        raise InputError("the channel's profile has no limits then; give --low or --high")
    lows = [(severity, told[1]) for severity, told in limits if told and told[0] == "low"]
    highs = [(severity, -told[1]) for severity, told in limits if told and told[0] == "high"]
    return max(lows)[1] if lows else None, -max(highs)[1] if highs else None
