"""From the timeline to what the screening core computes: every rule that ever held, with the time it held.

A rule that stays the same (id, kind, parameters) over versions and configurations is one instance. It ends
where its channel moves, leaves the configuration, or gets other limits, and says which of these it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, Final

from gateway.alarming.versions import own_version, version_name
from gateway.config.past import PastChannel
from gateway.config.profiles import NO_DATA
from gateway.config.timeline import Placed, Timeline
from gateway.config.types import FOREVER, FOREVER_PAST, ProfileVersion, Rule
from gateway.dataclass import dataclass
from gateway.model import Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan, Reset, Version
from gateway.screening.rules import named_channels

MOVED: Final = "moved"
SUPERSEDED: Final = "superseded"
RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True)
class _Held:
    """One rule as it held at some moment."""

    kind: str
    parameters: Any
    severity: Severity
    version: str


@dataclass(frozen=True, slots=True)
class _Moment:
    """What holds for a channel from `from_ns` on; it has been configured in this place since `present_ns`."""

    from_ns: int
    place: Placed
    configured: bool
    present_ns: int
    rules: dict[str, _Held]  # by id
    bridged: bool = False  # it was not configured, for so short a time that only the silence rule ended
    left_out_ns: int | None = None  # since then it was not configured, and it came back later


@dataclass(slots=True)
class _Running:
    """An instance whose end is not known yet."""

    held: _Held
    place: Placed
    from_ns: int
    sees_from_ns: int
    expected_from_ns: int | None
    versions: list[Version] = field(default_factory=list)


def plan_over(timeline: Timeline, resets: frozenset[Reset] = frozenset(), only: str = "") -> Plan:
    """Everything that the journal's configurations and placements say is to be screened.

    `only`: with the rules of this channel (identity) alone.
    """
    versions, channels, instances = timeline.versions(), [], []
    for identity in timeline.identities():
        channels.append(_channel(timeline, identity))
        if only in ("", identity):
            instances += list(_instances(timeline, identity, versions))
    return Plan(tuple(channels), tuple(instances), resets)


def _channel(timeline: Timeline, identity: str) -> ChannelPlan:
    gaps = [(s.from_ns, s.channels[identity].max_gap_ns) for s in timeline.steps if identity in s.channels]
    first = gaps[0][1] if gaps else timeline.first_known(identity).max_gap_ns
    later: list[tuple[int, int]] = []
    for from_ns, gap_ns in gaps[1:]:
        if gap_ns != (later[-1][1] if later else first):
            later.append((from_ns, gap_ns))
    return ChannelPlan(timeline.number(identity), identity, first, tuple(later))


def _instances(
    timeline: Timeline, identity: str, versions: dict[str, tuple[ProfileVersion, ...]]
) -> Iterator[Instance]:
    number, running = timeline.number(identity), dict[str, _Running]()
    moments = _bridged(list(_moments(timeline, identity, versions)), timeline, identity, versions)
    for moment in moments:
        for rule, one in list(running.items()):
            ends_by = _ends_by(one, moment, rule)
            if ends_by:
                del running[rule]
                if one.from_ns < moment.from_ns:
                    yield _instance(number, rule, one, moment.from_ns, ends_by)
        for rule, held in moment.rules.items():
            _go_on(running, rule, held, moment, timeline.since_ns(identity))
    for rule, one in running.items():
        yield _instance(number, rule, one, FOREVER, SUPERSEDED)


def _ends_by(one: _Running, moment: _Moment, rule: str) -> str:
    """Why an instance ends at a moment; empty where it goes on."""
    began_since = moment.left_out_ns is not None and one.from_ns >= moment.left_out_ns
    if not (moment.configured or began_since) or (moment.bridged and rule not in moment.rules):
        return RETIRED
    if moment.place != one.place:
        return MOVED
    held = moment.rules.get(rule)
    same = held is not None and (held.kind, held.parameters) == (one.held.kind, one.held.parameters)
    return "" if same else SUPERSEDED


def _go_on(running: dict[str, _Running], rule: str, held: _Held, moment: _Moment, since_ns: int) -> None:
    """`since_ns`: when the channel first stood in a configuration; before, nobody expected readings of it."""
    one = running.get(rule)
    if one is None:
        is_silence = rule == NO_DATA
        sees_from_ns = moment.present_ns if is_silence else moment.place.from_ns
        expected_ns = max(moment.present_ns, since_ns) if is_silence else None
        one = running[rule] = _Running(held, moment.place, moment.from_ns, sees_from_ns, expected_ns)
    told = Version(moment.from_ns, held.version, held.severity)
    if not one.versions or (one.versions[-1].name, one.versions[-1].severity) != (told.name, told.severity):
        one.versions.append(told)


def _instance(number: int, rule: str, one: _Running, until_ns: int, ends_by: str) -> Instance:
    first, *later = one.versions
    return Instance(
        number,
        rule,
        one.held.kind,
        one.held.parameters,
        first.severity,
        first.name,
        one.from_ns,
        until_ns,
        sees_from_ns=one.sees_from_ns,
        ends_by=ends_by,
        later=tuple(later),
        expected_from_ns=one.expected_from_ns,
    )


def _moments(
    timeline: Timeline, identity: str, versions: dict[str, tuple[ProfileVersion, ...]]
) -> Iterator[_Moment]:
    """What holds for a channel, anew wherever anything of it may change."""
    since_ns = timeline.since_ns(identity)
    used = {s.channels[identity].profile for s in timeline.steps if identity in s.channels}
    cuts = {FOREVER_PAST, since_ns, *(s.from_ns for s in timeline.steps)}
    cuts |= {p.from_ns for p in timeline.placements(identity)}
    cuts |= {v.valid_from_ns for profile in used if profile for v in versions.get(profile, ())}
    before: _Moment | None = None
    for from_ns in sorted(cuts):
        place = timeline.placed_at(identity, from_ns)
        configured = timeline.channel_at(identity, from_ns) is not None
        stays = (
            before is not None and before.configured and before.place == place and before.from_ns >= since_ns
        )
        present_ns = before.present_ns if before is not None and stays else from_ns
        rules = dict(_rules(timeline, timeline.channel_at(identity, from_ns), from_ns, place, versions))
        before = _Moment(from_ns, place, configured, present_ns, rules)
        yield before


def _rules(
    timeline: Timeline,
    channel: PastChannel | None,
    time_ns: int,
    place: Placed,
    versions: dict[str, tuple[ProfileVersion, ...]],
) -> Iterator[tuple[str, _Held]]:
    """The rules of a channel at a moment: of what it measures, its own, and of its profile."""
    if channel is None:
        return
    told = channel.silence
    yield NO_DATA, _Held("no_data", told, channel.silence_severity, own_version("no_data", told))
    for rule in (*_of_place(timeline, place, time_ns), *channel.rules):
        if rule.unit in (None, channel.unit):
            parameters = _named(timeline, rule.parameters)
            yield (
                rule.id,
                _Held(rule.kind, parameters, rule.severity, own_version(rule.kind, rule.parameters)),
            )
    known = versions.get(channel.profile or "", ())
    before = [v for v in known if v.valid_from_ns <= time_ns]
    for rule in before[-1].rules if before else ():
        if rule.unit in (None, channel.unit):
            named = version_name(before[-1])
            yield rule.id, _Held(rule.kind, _named(timeline, rule.parameters), rule.severity, named)


def _of_place(timeline: Timeline, place: Placed, time_ns: int) -> Iterator[Rule]:
    """Rules of the site and of the asset that a channel measures at a moment."""
    step, own = timeline.step_at(time_ns), timeline.names.identity
    for name, asset in step.meant.assets.items() if step else ():
        if own("assets", name) == place.asset:
            yield from step.meant.sites.get(asset.site, ()) if step else ()
            yield from asset.rules


def _named(timeline: Timeline, parameters: Any) -> Any:
    """Parameters that name other channels by their identity, so that a renamed partner is the same."""
    renamed = {key: timeline.names.identity("channels", name) for key, name, _ in named_channels(parameters)}
    return dataclasses.replace(parameters, **renamed) if renamed else parameters


def _bridged(
    moments: Sequence[_Moment],
    timeline: Timeline,
    identity: str,
    versions: dict[str, tuple[ProfileVersion, ...]],
) -> list[_Moment]:
    """A removal that is no longer than the channel's max_gap is none, but for the rule about silence.

    After a longer one that ended, too, whatever was measured meanwhile and comes late is judged anew, as if
    it had stayed as it was: by the versions of its profile that were in force by then. No reading is without
    limits because somebody left a channel out for a while.
    """
    found = list(moments)
    for k, moment in enumerate(found):
        if moment.configured or k == 0 or not found[k - 1].configured:
            continue
        back = next((m.from_ns for m in found[k:] if m.configured), None)
        if back is None:
            continue
        channel = timeline.last_known(identity, moment.from_ns)
        is_short = back - moment.from_ns <= channel.max_gap_ns
        since_ns = None if is_short else moment.from_ns
        for j in range(k, len(found)):
            if found[j].from_ns >= back:
                break
            rules = dict(_rules(timeline, channel, found[j].from_ns, found[j].place, versions))
            del rules[NO_DATA]
            found[j] = dataclasses.replace(
                found[j], configured=is_short, rules=rules, bridged=is_short, left_out_ns=since_ns
            )
    return found
