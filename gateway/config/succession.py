"""A configuration that follows those in the journal: what it cannot say, and what has to be stated with it.

What was in force cannot change or disappear, names keep whose they are, and what a channel measures stays
under its name. A changed asset in the file is a placement from the gateway's start on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.config.names import Names
from gateway.config.past import NAMED
from gateway.config.timeline import Timeline
from gateway.config.types import Configuration, ProfileVersion
from gateway.dataclass import dataclass
from gateway.times import format_rfc3339

Described = Mapping[int, tuple[str | None, str | None]]
"""Quantity and canonical unit of each channel number, as far as the journal knows them."""
HasReadings = Callable[[Sequence[int], int], bool]
"""Whether any of these channels has a reading at or after a time."""


@dataclass(frozen=True, slots=True)
class Move:
    """A channel whose `asset` or `zone` is another one than in the configuration before."""

    channel: str
    asset: str
    zone: str | None
    before: str


@dataclass(frozen=True, slots=True)
class Succession:
    """What follows when a configuration comes after what the journal holds."""

    problems: tuple[str, ...]
    moves: tuple[Move, ...]
    names: Mapping[str, Mapping[str, str]]  # section -> new name -> the name it had before
    back: tuple[str, ...]  # "channels.NAME" of what was retired and is there again
    retired_channels: tuple[str, ...]
    retired_assets: tuple[str, ...]
    retroactive: Mapping[str, str]  # "profile version" -> why it is valid in the past

    @property
    def renamed(self) -> Mapping[str, str]:
        """Channels, each with the name it had before."""
        return self.names.get("channels", {})


def succession(
    configuration: Configuration,
    timeline: Timeline,
    described: Described,
    has_readings: HasReadings,
    now_ns: int,
) -> Succession:
    """Compare `configuration` with what `timeline` knows; where it is the first, only imports were before."""
    now = json.loads(configuration.document)
    problems = naming(configuration, timeline.names, timeline.numbers)
    if problems:  # whose name is whose decides about everything below
        return Succession(tuple(problems), (), {}, (), (), (), {})
    names = {section: dict(_renamed(section, now, timeline)) for section in NAMED}
    names["channels"] |= _imported(now, timeline)
    problems += _quantities(configuration, timeline, described, names["channels"])
    if not timeline.document:
        return Succession(tuple(problems), (), {"channels": names["channels"]}, (), (), (), {})
    before = json.loads(timeline.document)
    problems += _versions(configuration, timeline, has_readings, now_ns)
    return Succession(
        tuple(problems),
        tuple(_moves(before, now, timeline, now_ns)),
        names,
        tuple(name for section in ("channels", "assets") for name in _back(section, before, now, timeline)),
        tuple(_gone("channels", before, now, timeline)),
        tuple(_gone("assets", before, now, timeline)),
        {f"{v.profile} {v.version}": v.retroactive for v in _new(configuration, timeline) if v.retroactive},
    )


def naming(configuration: Configuration, names: Names, channels: Iterable[str]) -> list[str]:
    """Why its names cannot follow those that a journal knows; empty where they can. `channels`: its own."""
    return names.problems(json.loads(configuration.document), _only_imported(names, channels))


def _only_imported(names: Names, channels: Iterable[str]) -> set[str]:
    """Channels that have readings, and stood in no configuration yet."""
    return set(channels) - names.ever("channels").keys()


def _identity(section: str, name: str, table: Mapping[str, Any], timeline: Timeline) -> str:
    known = timeline.names.ever(section)
    return known.get(name) or known.get(table.get("was", ""), name)


def _identities(section: str, content: Mapping[str, Any], timeline: Timeline) -> dict[str, str]:
    """The names of a document, by identity."""
    return {_identity(section, n, t, timeline): n for n, t in content.get(section, {}).items()}


def _gone(
    section: str, before: Mapping[str, Any], now: Mapping[str, Any], timeline: Timeline
) -> Iterator[str]:
    left = _identities(section, now, timeline)
    for identity, name in _identities(section, before, timeline).items():
        if identity not in left:
            yield name


def _renamed(section: str, now: Mapping[str, Any], timeline: Timeline) -> Iterator[tuple[str, str]]:
    known = set(timeline.names.ever(section).values())
    for identity, name in _identities(section, now, timeline).items():
        latest = timeline.names.latest(section, identity)
        if latest != name and identity in known:
            yield name, latest


def _imported(now: Mapping[str, Any], timeline: Timeline) -> dict[str, str]:
    """Channels whose readings were imported under the name before, when no gateway had run with that."""
    imported = _only_imported(timeline.names, timeline.numbers)
    return {
        name: table["was"]
        for name, table in now.get("channels", {}).items()
        if table.get("was") in imported and name not in timeline.numbers
    }


def _back(
    section: str, before: Mapping[str, Any], now: Mapping[str, Any], timeline: Timeline
) -> Iterator[str]:
    known, there = set(timeline.names.ever(section).values()), _identities(section, before, timeline)
    for identity, name in _identities(section, now, timeline).items():
        if identity in known and identity not in there:
            yield f"{section}.{name}"


def _moves(
    before: Mapping[str, Any], now: Mapping[str, Any], timeline: Timeline, now_ns: int
) -> Iterator[Move]:
    """Channels whose table names another place than the table before; a new name is no other place."""
    assets = {n: i for i, n in _identities("assets", now, timeline).items()}
    earlier = {i: before["channels"][n] for i, n in _identities("channels", before, timeline).items()}
    for identity, name in _identities("channels", now, timeline).items():
        table, old = now["channels"][name], earlier.get(identity)
        place = assets.get(table["asset"], table["asset"]), table.get("zone")
        if old is None:
            if not timeline.placements(identity):
                continue  # a new channel: its first placement is the configuration's
            placed = timeline.placed_at(identity, now_ns)
            old_place = placed.asset, placed.zone
        else:
            old_place = timeline.asset_identity(old["asset"]), old.get("zone")
        last = timeline.placed_at(identity, now_ns)
        if place not in (old_place, (last.asset, last.zone)):
            was = timeline.names.latest("assets", last.asset)
            yield Move(
                name, table["asset"], table.get("zone"), was if last.zone is None else f"{was}/{last.zone}"
            )


def _quantities(
    configuration: Configuration, timeline: Timeline, described: Described, renamed: Mapping[str, str]
) -> Iterator[str]:
    content = json.loads(configuration.document)
    for identity, name in _identities("channels", content, timeline).items():
        known = timeline.names.latest("channels", identity)
        number = timeline.numbers.get(renamed.get(name, known))
        quantity, unit = described.get(-1 if number is None else number, (None, None))
        channel = configuration.channels[name]
        for what, was, is_now in (
            ("quantity", quantity, channel.table.quantity),
            ("canonical unit", unit, channel.unit),
        ):
            if was is not None and was != is_now:
                yield (
                    f"channels.{name}: its {what} is {was!r} in the journal and cannot become {is_now!r} "
                    "under this name: leave it out (it is retired) and give what is measured now a new name"
                )
                break


def _versions(
    configuration: Configuration, timeline: Timeline, has_readings: HasReadings, now_ns: int
) -> Iterator[str]:
    for profile, known in timeline.versions().items():
        present = {v.version: v for v in configuration.profiles.get(profile, ())}
        for old in known:
            if old.valid_from_ns <= now_ns:
                yield from _kept(old, present.get(old.version))
        names = {v.version for v in known}
        for new in [v for v in present.values() if v.version not in names and not v.retroactive]:
            yield from _in_the_past(new, configuration, timeline, has_readings)


def _new(configuration: Configuration, timeline: Timeline) -> list[ProfileVersion]:
    """Versions that no configuration had before."""
    known = {(v.profile, v.version) for versions in timeline.versions().values() for v in versions}
    every = (v for versions in configuration.profiles.values() for v in versions)
    return [v for v in every if (v.profile, v.version) not in known]


def _kept(old: ProfileVersion, now: ProfileVersion | None) -> Iterator[str]:
    """Every excursion names its profile version, so one that was in force cannot change or disappear."""
    path = f"profiles.{old.profile}"
    advice = "leave it as it was and add a block with a new version and its valid_from"
    if now is None:
        yield f"{path}: version {old.version!r} was in force and is missing; {advice}"
    elif now.rules != old.rules:
        yield f"{path}: the rules of version {old.version!r} are not those it was in force with; {advice}"
    elif now.valid_from_ns != old.valid_from_ns:
        yield f"{path}: version {old.version!r} was in force from another valid_from on; {advice}"


def _in_the_past(
    new: ProfileVersion, configuration: Configuration, timeline: Timeline, has_readings: HasReadings
) -> Iterator[str]:
    users = [n for n, c in configuration.channels.items() if c.table.profile == new.profile]
    numbers = [timeline.numbers[n] for n in _known(users, timeline)]
    if numbers and has_readings(numbers, new.valid_from_ns):
        since = "always" if new.valid_from_ns < 0 else format_rfc3339(new.valid_from_ns)
        yield (
            f"profiles.{new.profile}: version {new.version!r} is valid from {since} on, and readings of that "
            'time are screened already; give a later valid_from, or say retroactive = "the reason", and the '
            "record is amended"
        )


def _known(names: Iterable[str], timeline: Timeline) -> Iterator[str]:
    yield from (name for name in names if name in timeline.numbers)
