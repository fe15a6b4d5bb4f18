"""Causes that come and go: when one of them counts as over, and when people hear of it again.

An alarm that chatters would send "worse" and "over" at every swing, and would never come to the step that
calls the next person. So the end of a swing does not count until it has been calm for a while (an off-delay
in the words of ANSI/ISA-18.2). Swings behind an answer call again so long after it at the soonest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gateway.alarms.chatter import Limits, Raisings
from gateway.alarms.member import BY_PEOPLE, Member
from gateway.dataclass import dataclass
from gateway.model import to_ns

NEVER: Final = 2**63 - 1


@dataclass(slots=True)
class Swing:
    """Of one cause that chatters."""

    alarm: str  # that was raised last
    over_ns: int = 0  # when that was over; 0: it goes on
    said_ns: int = 0  # when people were called about it last, or somebody answered it
    severity: int = 0  # the worst that was said then
    rank: int = 0  # the highest priority that was said then


class Swings:
    """Of all causes, in the journal's order; behind `raisings`, which have heard the same."""

    def __init__(self, raisings: Raisings | None = None, limits: Limits | None = None) -> None:
        self.known: dict[str, Swing] = {}
        self._raisings = raisings or Raisings()
        self._limits = limits or Limits()
        self.calm_ns = to_ns(self._limits.chatter_calm_s)

    def take_over(self, known: Mapping[str, Swing]) -> None:
        """As a run before left them."""
        self.known = dict(known)

    def hear(self, one: Member) -> None:
        """What happened to an alarm."""
        if one.is_new and not one.is_late_news:
            self._raised(one)
        swing = self.of(one)
        if swing is None:
            return
        swing.over_ns = (swing.over_ns or one.at_ns) if one.is_over else 0
        if one.change in BY_PEOPLE:
            self.say(one, one.at_ns, 0)

    def say(self, one: Member, at_ns: int, rank: int) -> None:
        """People were called about it with this priority, or somebody answered it."""
        swing = self.of(one)
        if swing is not None:
            swing.said_ns = at_ns
            swing.severity, swing.rank = max(swing.severity, one.severity), max(swing.rank, rank)

    def of(self, one: Member) -> Swing | None:
        """The swings that it is the last of; None: it is none of a cause that chatters."""
        found = self.known.get(one.cause)
        return found if found is not None and found.alarm == one.id else None

    def known_to_all(self, one: Member, rank: int) -> Swing | None:
        """The swings that it is the last of, unless it is worse than what was said of them."""
        swing = self.of(one)
        return None if swing is None or one.severity > swing.severity or rank > swing.rank else swing

    def end_ns(self, members: Iterable[Member]) -> int:
        """When the last of them counts as over; NEVER while one goes on."""
        found = [swing for one in members if (swing := self.of(one)) is not None]
        return max((NEVER if not s.over_ns else s.over_ns + self.calm_ns for s in found), default=NEVER)

    def end(self, members: Iterable[Member]) -> None:
        """They are over."""
        for one in members:
            self.known.pop(one.cause, None)

    def counts(self, one: Member, now_ns: int) -> int:
        """How often its cause was raised within the time that counts; 0: it does not chatter."""
        return 0 if self.of(one) is None else self._raisings.count(one.cause, self._limits, now_ns)

    def forget(self, now_ns: int, is_known: Callable[[str], bool]) -> None:
        """What is calm, and of alarms that nobody waits for."""
        for cause, swing in list(self.known.items()):
            if swing.over_ns and swing.over_ns + self.calm_ns < now_ns and not is_known(swing.alarm):
                del self.known[cause]

    def _raised(self, one: Member) -> None:
        swing = self.known.get(one.cause)
        if swing is not None and swing.over_ns and one.at_ns - swing.over_ns > self.calm_ns:
            del self.known[one.cause]
            swing = None
        if swing is not None:
            swing.alarm, swing.over_ns = one.id, 0
        elif self._raisings.count(one.cause, self._limits, one.at_ns) >= self._limits.chatter_count:
            self.known[one.cause] = Swing(one.id)
