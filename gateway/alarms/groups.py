"""One happening, one group: alarms of one asset that overlap in time, and the silences that one fault causes.

Fed with the transitions of alarms in the journal's order, and with nothing else, so that the groups are the
same after a restart. A fault that leaves assets unwatched takes in the silences of these assets, also those
that were noticed before it; a real excursion there stays a happening of its own, whoever sees to the fault.
Silences of one site that begin within two minutes of the first are one happening as well: a bridge behind a
live broker may be the cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gateway.alarms.member import Member
from gateway.dataclass import dataclass
from gateway.model import SECOND

LINGER_NS: Final = 600 * SECOND  # what begins again so soon after its end is the same happening
TOGETHER_NS: Final = 120 * SECOND  # silences of one site so soon after the first have one cause, perhaps
MOST_TOGETHER: Final = 500  # of them in one group: each new one looks through it


@dataclass(slots=True)
class Group:
    """Named after its first alarm, `first`. It stands until all its alarms are closed."""

    id: str
    first: str
    since_ns: int
    members: dict[str, Member] = field(default_factory=dict)
    over_ns: int = 0  # when the last of them was said to be over; counts while none goes on
    going_on: int = 0
    waiting: int = 0  # not closed
    seq: int = 0  # entry of the journal that was the last to say something of one of them

    @property
    def is_over(self) -> bool:
        return self.going_on == 0

    @property
    def is_of_silences(self) -> bool:
        return all(one.is_silence for one in self.members.values())

    @property
    def is_of_several(self) -> bool:
        """Whether it is of the silences of several assets, and nothing else."""
        return self.is_of_silences and len({one.assets for one in self.members.values()}) > 1

    @property
    def is_drill(self) -> bool:
        """A drill is a group of its own."""
        return self.members[self.first].is_drill

    @property
    def is_about_ways(self) -> bool:
        return all(one.is_about_ways for one in self.members.values())

    def takes(self, at_ns: int) -> bool:
        """Whether what begins now belongs to it."""
        return self.going_on > 0 or at_ns - self.over_ns <= LINGER_NS

    def put(self, one: Member) -> None:
        before = self.members.get(one.id)
        self.members[one.id] = one
        self.seq = max(self.seq, one.seq)
        self.going_on += (not one.is_over) - (before is not None and not before.is_over)
        self.waiting += (not one.is_closed) - (before is not None and not before.is_closed)
        if one.is_over and (before is None or not before.is_over):
            self.over_ns = one.at_ns


@dataclass(frozen=True, slots=True)
class Heard:
    """What a transition meant: for which group, whether the alarm is new there, which groups became part."""

    group: Group
    is_new: bool = False
    merged: tuple[Group, ...] = ()


class Groups:
    """All that still have an alarm that is not closed."""

    def __init__(self) -> None:
        self.by_id: dict[str, Group] = {}
        self._of: dict[str, str] = {}  # alarm -> group
        self._keys: dict[str, str] = {}  # what a new alarm looks for -> the latest group under it

    def of(self, alarm: str) -> Group | None:
        """The group of an alarm that is not forgotten."""
        return self.by_id.get(self._of.get(alarm, ""))

    def hear(self, one: Member) -> Heard | None:
        """None: of an alarm that was closed, and is."""
        group = self.of(one.id)
        if group is not None:
            group.put(one)
            self._forget_if_closed(group)
            return Heard(group)
        if one.is_closed:
            return None
        found = self._matching(one)
        group = found[0] if found else self._begun(one)
        for other in found[1:]:
            self._merge(other, group)
        self._enter(group, one)
        return Heard(group, True, tuple(found[1:]))

    def take_over(self, groups: list[Group], keys: dict[str, str]) -> None:
        """As a run before left them."""
        self.by_id = {group.id: group for group in groups if group.waiting}
        self._of = {alarm: group.id for group in self.by_id.values() for alarm in group.members}
        self._keys = dict(keys)

    def keys(self) -> dict[str, str]:
        """Where a new alarm looks for its group."""
        return {key: group for key, group in self._keys.items() if group in self.by_id}

    def _matching(self, one: Member) -> list[Group]:
        """The group that it belongs to, and behind it those that turn out to be the same happening."""
        if one.is_fault and len(one.assets) > 1:
            keys = [f"{what} {asset}" for asset in one.assets for what in ("asset", "silence")]
            silences = [self._open(key, one) for key in keys]
            found = [self._open(f"cause {_cause(one)}", one), *silences]
            same = {g.id: g for g in found if g is not None and (g is found[0] or g.is_of_silences)}
            return sorted(same.values(), key=lambda g: (g is not found[0], g.since_ns, g.id))
        keys = list(_keys(one))
        if one.is_silence:
            keys = [f"silence {asset}" for asset in one.assets] + keys
        mine = [g for g in (self._open(key, one) for key in keys) if g is not None]
        if one.is_silence:
            return (mine or self._fell_silent(one))[:1]
        return [g for g in mine if not g.is_of_several][:1]

    def _fell_silent(self, one: Member) -> list[Group]:
        """Silences of the same site that began just now, with a cause that nobody has named."""
        group = self._open(_silences(one), one) if one.site else None
        if group is None or one.at_ns - group.since_ns > TOGETHER_NS or len(group.members) >= MOST_TOGETHER:
            return []
        return [group] if group.is_of_silences else []

    def _open(self, key: str, one: Member) -> Group | None:
        group = self.by_id.get(self._keys.get(key, ""))
        return group if group is not None and group.takes(one.at_ns) else None

    def _begun(self, one: Member) -> Group:
        name = f"G{one.id[1:]}" if one.number == 1 else f"G{one.id[1:]}.{one.number}"
        group = self.by_id[name] = Group(name, one.id, one.at_ns)
        return group

    def _enter(self, group: Group, one: Member) -> None:
        group.put(one)
        self._of[one.id] = group.id
        if one.is_fault and len(one.assets) > 1:
            self._keys |= {f"silence {asset}": group.id for asset in one.assets}
            self._keys[f"cause {_cause(one)}"] = group.id
        elif one.is_silence and group.first != one.id and group.is_of_several:
            self._keys |= {f"silence {asset}": group.id for asset in one.assets}
        elif not (one.is_silence and any(m.is_fault for m in group.members.values())):
            self._keys |= dict.fromkeys(_keys(one), group.id)
            if one.is_silence and group.first == one.id:
                self._keys[_silences(one)] = group.id

    def _merge(self, other: Group, into: Group) -> None:
        for one in other.members.values():
            into.put(one)
            self._of[one.id] = into.id
        del self.by_id[other.id]

    def _forget_if_closed(self, group: Group) -> None:
        if group.waiting == 0:
            del self.by_id[group.id]
            for alarm in group.members:
                del self._of[alarm]


def _keys(one: Member) -> Iterator[str]:
    """Under which alarms of one asset, or of one trouble of the gateway, find each other; a drill none."""
    if one.is_drill:
        yield f"drill {one.id}"
    elif one.assets and not one.is_about_drill:
        yield from (f"asset {asset}" for asset in one.assets)
    else:
        yield f"cause {_cause(one)}"


def _silences(one: Member) -> str:
    return f"silences at {one.site}"


def _cause(one: Member) -> str:
    """A source that is down and one that comes and goes are one cause."""
    kind, _, name = one.cause.partition(":")
    return f"source:{name}" if kind in ("source", "flaps") else one.cause
