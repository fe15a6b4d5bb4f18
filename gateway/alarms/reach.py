"""Who is to be told, and by which ways: from the steps of a policy, the rosters, and each one's own hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from gateway.alarms.call import Priority
from gateway.alarms.duty import Duty
from gateway.alarms.policy import DEPUTIES, EVERYBODY, ON_DUTY, SIREN, Policy
from gateway.dataclass import dataclass
from gateway.statements.call import Receiver
from gateway.statements.person import MOST_WAYS

Way = tuple[str, str]
"""A notifier, and an address there."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who is responsible: at which sites, how risky, how urgent."""

    sites: tuple[str, ...]
    risk: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Reached:
    """`is_quiet`: somebody would be told, but not at this time of the day."""

    receivers: tuple[Receiver, ...]
    is_quiet: bool = False


class Reach:
    """By the notifiers that there are; `addressless`: of these the ones that need no person."""

    def __init__(self, duty: Duty, notifiers: Collection[str], addressless: Collection[str] = ()) -> None:
        self._duty = duty
        self._notifiers = frozenset(notifiers)
        self._addressless = frozenset(addressless)

    def of_steps(self, policy: Policy, steps: Iterable[int], matter: Matter, now_ns: int) -> Reached:
        """Everybody once, by the most ways that one of the steps asks for."""
        ways: dict[str, int] = {}
        sirens: dict[str, None] = {}
        for step in (policy.steps[k] for k in steps if k < len(policy.steps)):
            for person in self.persons(step.call, matter, now_ns):
                ways[person] = max(ways.get(person, 1), step.ways or MOST_WAYS)
            sirens |= dict.fromkeys(name for name in step.notifiers if name in self._addressless)
        return self._reached(ways, sirens, matter.priority, now_ns)

    def of_names(
        self,
        names: Iterable[str],
        by: Mapping[str, Collection[Way]],
        priority: Priority,
        now_ns: int,
        *,
        also_former: bool = False,
    ) -> Reached:
        """Whoever was told before, by the ways `by` that worked; `also_former`: also those given up since.

        By one of the others where none is known to work.
        """
        known = [name for name in names if not name.startswith(SIREN)]
        named = (name.removeprefix(SIREN) for name in names if name.startswith(SIREN))
        sirens = [name for name in named if name in self._addressless]
        receivers: list[Receiver] = []
        is_quiet = False
        for person in known:
            worked = tuple(w for w in by.get(person, ()) if self.is_still(person, w, also_former=also_former))
            if worked:
                receivers.append(Receiver(person, worked, 0))
            else:
                found = self._reached({person: 1}, (), priority, now_ns)
                receivers += found.receivers
                is_quiet = is_quiet or found.is_quiet
        return Reached((*receivers, *map(_siren, sirens)), is_quiet)

    def of_summary(
        self, person: str, told: Collection[Way], priority: Priority, now_ns: int, at_once: int
    ) -> Reached:
        """By `at_once` ways, and by those by which this one was `told` what is over, if it still has them."""
        found = self._reached({person: at_once}, (), priority, now_ns)
        opened = found.receivers[0].ways if found.receivers else ()
        first = dict.fromkeys((*opened[:at_once], *(way for way in told if self.is_still(person, way))))
        if not first:
            return found
        return Reached((Receiver(person, tuple(dict.fromkeys((*first, *opened))), len(first)),))

    def persons(self, call: Iterable[str], matter: Matter, now_ns: int) -> Iterator[str]:
        """Ids, in the order in which they are called; some may come twice."""
        for role in call:
            for site in matter.sites:
                if role == ON_DUTY:
                    yield from self._duty.on_duty(site, matter.risk, now_ns)
                elif role == DEPUTIES:
                    yield from self._duty.deputies(site, matter.risk, now_ns)
                elif role == EVERYBODY:
                    yield from self._duty.everybody(site, matter.risk, now_ns)
            if role not in (ON_DUTY, DEPUTIES, EVERYBODY):
                yield role

    def _reached(
        self, ways: dict[str, int], sirens: Iterable[str], priority: Priority, now_ns: int
    ) -> Reached:
        receivers: list[Receiver] = []
        is_quiet = False
        for person, at_once in ways.items():
            opened = self._open_ways(person, priority, now_ns)
            if opened:
                receivers.append(Receiver(person, opened, min(at_once, len(opened))))
            elif self._every_way(person):
                is_quiet = True
        return Reached((*receivers, *map(_siren, sirens)), is_quiet)

    def _every_way(self, person: str) -> tuple[Way, ...]:
        known = self._duty.person(person)
        if known is None or known.has_left:
            return ()
        return tuple((w.notifier, w.address) for w in known.ways if w.notifier in self._notifiers)

    def _open_ways(self, person: str, priority: Priority, now_ns: int) -> tuple[Way, ...]:
        known = self._duty.person(person)
        if known is None or known.has_left:
            return ()
        ways = known.ways_at(priority, now_ns)
        return tuple((w.notifier, w.address) for w in ways if w.notifier in self._notifiers)

    def is_still(self, person: str, way: Way, *, also_former: bool = False) -> bool:
        """Whether the person is here and has this address there; `also_former`: or had it."""
        if not person or way in self._every_way(person):
            return True
        known = self._duty.person(person)
        return also_former and known is not None and not known.has_left and way[0] in self._notifiers


def _siren(notifier: str) -> Receiver:
    return Receiver("", ((notifier, ""),), 1)
