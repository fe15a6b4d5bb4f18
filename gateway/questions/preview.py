"""What a proposed profile would have said about the readings in the journal, beside the present one.

Both are screened in one pass over the journal, as if each had been in force all the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.alarming.plan import numbers_of, plan
from gateway.alarming.resets import for_screening, stated
from gateway.config.channels import check_rules, rules_on
from gateway.config.profiles import NO_DATA
from gateway.config.tables import Problems
from gateway.config.types import FOREVER_PAST, Configuration, ProfileVersion
from gateway.dataclass import dataclass
from gateway.errors import ConfigurationError, InputError
from gateway.journal.hours import in_portions
from gateway.journal.journal import Journal
from gateway.model import Samples
from gateway.published import view
from gateway.screening.excursion import Excursion
from gateway.screening.judged import Read
from gateway.screening.plan import Reset
from gateway.screening.rules import named_channels
from gateway.screening.screener import Screener

COMPARED = (
    "severity", "start_ns", "confirmed_ns", "end_ns", "cleared_ns", "extreme", "beyond_ns", "degree_seconds",
    "readings", "unproven_ns",
)  # fmt: skip
"""What makes an excursion a different one for people; version and id are different by themselves."""

Progress = Callable[[int, int], None]
Key = tuple[int, str]  # channel, rule id


@dataclass(frozen=True, slots=True)
class Difference:
    """One excursion under both profiles; None where it is none."""

    channel: str
    present: Excursion | None
    proposed: Excursion | None

    @property
    def effect(self) -> str:
        """appears, vanishes, changes or stays."""
        if self.present is None or self.proposed is None:
            return "appears" if self.present is None else "vanishes"
        same = all(getattr(self.present, name) == getattr(self.proposed, name) for name in COMPARED)
        return "stays" if same else "changes"


def preview(
    configuration: Configuration,
    proposed: Mapping[str, tuple[ProfileVersion, ...]],
    journal: Journal,
    start_ns: int,
    end_ns: int,
    progress: Progress = lambda _time_ns, _readings: None,
) -> list[Difference]:
    """Screen [start, end) of the journal under both; `progress` hears up to which time it has come, and
    how many readings it has screened since it spoke last.

    Of a proposed profile with several versions the last one counts, of a present one that in force at the
    end. Raises InputError where no channel has the profile, ConfigurationError where it does not fit one.
    """
    numbers = numbers_of(configuration, journal)
    mine = {n: c for n, c in configuration.channels.items() if c.table.profile in proposed}
    if not any(numbers[name] >= 0 for name in mine):
        known = ", ".join(
            sorted({c.table.profile for c in configuration.channels.values() if c.table.profile})
        )
        raise InputError(
            f"no channel in the journal has a profile called {', '.join(sorted(proposed))}; "
            f"channels of the configuration have: {known or 'none'}"
        )
    _check(configuration, proposed)
    now = {name: (in_force(v, end_ns),) for name, v in configuration.profiles.items() if v}
    then = {name: versions[-1:] for name, versions in proposed.items() if versions}
    sides = [always(configuration, profiles) for profiles in (now, then)]
    wanted = with_named(set(mine), sides)
    channels = {n: c for n, c in configuration.channels.items() if n in wanted}
    until_seq = journal.last_seq()

    def read(asked: Sequence[int], first_ns: int, until_ns: int | None) -> Samples:
        last_ns = end_ns if until_ns is None else min(until_ns, end_ns)
        return journal.read(asked, max(first_ns, start_ns), last_ns, until_seq).samples

    resets = for_screening(stated(journal, until_seq), numbers)
    present, other = (_Side(replace(side, channels=channels), numbers, resets, read) for side in sides)
    for some in in_portions(journal.scan([numbers[name] for name in channels], start_ns, end_ns, until_seq)):
        present.take(some.samples)
        other.take(some.samples)
        progress(int(some.samples.time.max()), len(some))
    names = {numbers[name]: name for name in mine}
    return _compared(present.finish(end_ns), other.finish(end_ns), names)


def public(difference: Difference) -> dict[str, Any]:
    """Plain JSON data: the effect, and both sides in the shape of `cryogate replay --json` without units."""

    def side(found: Excursion | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {k: v for k, v in view.excursion(found, difference.channel, None).items() if k != "units"}

    return {
        "effect": difference.effect,
        "present": side(difference.present),
        "proposed": side(difference.proposed),
    }


def always(configuration: Configuration, profiles: Mapping[str, tuple[ProfileVersion, ...]]) -> Configuration:
    """One version of each of these profiles, in force all the time."""
    always = {name: (replace(v, valid_from_ns=FOREVER_PAST),) for name, (v,) in profiles.items()}
    return replace(configuration, profiles={**configuration.profiles, **always})


def with_named(channels: set[str], sides: Sequence[Configuration]) -> set[str]:
    """These channels, and all that rules look at besides."""
    while True:
        named = {
            other
            for side in sides
            for name in channels
            for rules in rules_on(side.channels[name], side.profiles)
            for rule in rules
            for _, other, _ in named_channels(rule.parameters)
        }
        if named <= channels:
            return channels
        channels = channels | named


class _Side:
    """One profile over the readings."""

    def __init__(
        self,
        configuration: Configuration,
        numbers: Mapping[str, int],
        resets: frozenset[Reset],
        read: Read,
    ) -> None:
        self._screener = Screener(plan(configuration, numbers, resets), read)
        self._found: dict[str, Excursion] = {}

    def take(self, samples: Samples) -> None:
        for change in self._screener.take(samples):
            self._found[change.excursion.id] = change.excursion

    def finish(self, now_ns: int) -> dict[Key, list[Excursion]]:
        """Excursions by channel and rule in order of their start; silences are not the profile's business."""
        for change in self._screener.advance(now_ns):
            self._found[change.excursion.id] = change.excursion
        found: dict[Key, list[Excursion]] = {}
        for excursion in sorted(self._found.values(), key=lambda e: e.start_ns):
            if not excursion.withdrawn and excursion.rule != NO_DATA:
                found.setdefault((excursion.channel, excursion.rule), []).append(excursion)
        return found


def _check(configuration: Configuration, proposed: Mapping[str, tuple[ProfileVersion, ...]]) -> None:
    """The proposal by itself does not show whether it fits the channels that have the profile."""
    problems = Problems()
    check_rules(configuration.channels, {**configuration.profiles, **proposed}, problems)
    if problems:
        raise ConfigurationError(list(problems))


def in_force(versions: Sequence[ProfileVersion], at_ns: int) -> ProfileVersion:
    """The version in force then, or the first one where all are yet to come."""
    return [versions[0], *(v for v in versions if v.valid_from_ns <= at_ns)][-1]


def _compared(
    present: Mapping[Key, Sequence[Excursion]],
    proposed: Mapping[Key, Sequence[Excursion]],
    names: Mapping[int, str],
) -> list[Difference]:
    found: list[Difference] = []
    for key in sorted(k for k in present.keys() | proposed.keys() if k[0] in names):
        rest = list(proposed.get(key, ()))
        for old in present.get(key, ()):
            new = next((e for e in rest if _overlap(old, e)), None)
            if new is not None:
                rest.remove(new)
            found.append(Difference(names[key[0]], old, new))
        found += [Difference(names[key[0]], None, new) for new in rest]
    return sorted(found, key=_start)


def _start(difference: Difference) -> int:
    either = difference.present or difference.proposed
    return either.start_ns if either else 0


def _overlap(one: Excursion, other: Excursion) -> bool:
    ends = [e.end_ns if e.end_ns is not None else 2**63 - 1 for e in (one, other)]
    return one.start_ns < max(ends[1], other.start_ns + 1) and other.start_ns < max(ends[0], one.start_ns + 1)
