"""What a proposed profile would have said about the readings in the journal, beside the present one.

Both are screened in one pass over the journal, hour by hour, as if each had been in force all the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.config.profiles import NO_DATA
from gateway.config.types import FOREVER_PAST, Configuration, ProfileVersion
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import Samples
from gateway.pipeline import view
from gateway.pipeline.plan import plan
from gateway.screening.excursion import Excursion
from gateway.screening.screener import Screener

COMPARED = (
    "severity", "start_ns", "confirmed_ns", "end_ns", "cleared_ns", "extreme", "beyond_ns", "degree_seconds",
    "readings", "unproven_ns",
)  # fmt: skip
"""What makes an excursion a different one for people; version and id are different by themselves."""

Progress = Callable[[int], None]
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
    progress: Progress = lambda _: None,
) -> list[Difference]:
    """Screen [start, end) of the journal under both; `progress` hears up to which time it has come.

    Of a profile with several versions the last one counts. Raises InputError where nothing would differ.
    """
    numbers = {name: number for number, name in journal.channel_names().items()}
    channels = {
        name: channel
        for name, channel in configuration.channels.items()
        if name in numbers
        and (channel.table.profile in proposed or _is_partner(name, configuration, proposed))
    }
    if not channels:
        raise InputError(f"no channel in the journal has a profile called {', '.join(sorted(proposed))}")
    base = replace(configuration, channels=channels)
    present = _Side(_with(base, configuration.profiles), numbers, journal)
    other = _Side(_with(base, proposed), numbers, journal)
    for hour in journal.scan([numbers[name] for name in channels], start_ns, end_ns):
        present.take(hour.samples)
        other.take(hour.samples)
        progress(int(hour.samples.time.max()))
    names = {numbers[name]: name for name in channels}
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


class _Side:
    """One profile over the readings."""

    def __init__(self, configuration: Configuration, numbers: Mapping[str, int], journal: Journal) -> None:
        def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
            return journal.read(channels, start_ns, end_ns).samples

        since = dict.fromkeys(configuration.channels, FOREVER_PAST)
        self._screener = Screener(plan(configuration, numbers, since), read)
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


def _with(configuration: Configuration, profiles: Mapping[str, tuple[ProfileVersion, ...]]) -> Configuration:
    """The last version of each profile, in force all the time."""
    last = {name: (replace(v[-1], valid_from_ns=FOREVER_PAST),) for name, v in profiles.items() if v}
    return replace(configuration, profiles={**configuration.profiles, **last})


def _is_partner(
    name: str, configuration: Configuration, proposed: Mapping[str, tuple[ProfileVersion, ...]]
) -> bool:
    profiles = {**configuration.profiles, **proposed}
    return any(
        getattr(rule.parameters, "partner", None) == name
        for versions in profiles.values()
        for version in versions
        for rule in version.rules
    )


def _compared(
    present: Mapping[Key, Sequence[Excursion]],
    proposed: Mapping[Key, Sequence[Excursion]],
    names: Mapping[int, str],
) -> list[Difference]:
    found: list[Difference] = []
    for key in sorted(present.keys() | proposed.keys()):
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
