"""How far the calls about a group are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Final

from gateway.alarms.groups import Group
from gateway.alarms.policy import SIREN, Place
from gateway.dataclass import dataclass
from gateway.model import SECOND

UPDATE_NS: Final = 60 * SECOND  # what grows all the time is said so often; what gets more urgent, at once
MOMENTS: Final = ("since_ns", "called_ns", "grown_ns", "acted_ns", "corrected_ns", "swung_ns")


@dataclass(slots=True)
class Course:
    """How far the calls about a group are."""

    since_ns: int = 0  # the moment that delays count from; 0: nobody is to be called
    done: Place | None = None
    calls: int = 0  # that were decided so far
    called_ns: int = 0  # when somebody was called to act last
    rank: int = 0  # the highest priority that was said within a minute
    severity: int = 0  # the worst that it was about
    said_seq: int = 0  # entry of the journal with the last call that found somebody: what is older was told
    known: dict[str, int] = field(default_factory=dict)  # the same by whom it was for
    told: dict[str, int] = field(default_factory=dict)  # who has to hear that it is over, since when
    reached: dict[str, int] = field(default_factory=dict)  # of these, whom a message has reached
    quieted: dict[str, int] = field(default_factory=dict)  # whose last word is that it is quiet, since when
    unseen: bool = False  # it was over before somebody answered: who was not reached is told, but of that
    grown_ns: int = 0  # since when it is worse than that; 0: it is not
    acted_ns: int = 0  # when somebody last did something about it
    resumed: bool = False  # who took it has not acted for too long
    missed: bool = False  # a call found nobody at all, and nobody was told before or since
    reopened: bool = False  # who had taken it is not on it any more, and nobody has heard that
    stopped: int = 0  # calls that were decided before somebody answered, or it was over: not told any more
    asked: set[str] = field(default_factory=set)  # whoever was called since that moment, reached or not
    corrected_ns: int = 0  # since when something of it never was, which nobody has heard; 0: they have
    said_over: bool = False  # the last word that people have is that it is over
    swung_ns: int = 0  # since when it came and went again, which nobody has heard; 0: they have

    def begin(self, at_ns: int) -> None:
        """Delays count from then on; 0: nobody is called."""
        self.since_ns, self.done, self.grown_ns, self.swung_ns = at_ns, None, 0, 0
        self.asked.clear()

    def count_on(self, lost_ns: int, now_ns: int) -> None:
        """Delays count from so much earlier; less than 0: later, but what is later than now stays.

        What was stated after the clock was set forward, and is heard before that is noticed, is of now.
        """
        for moment in MOMENTS:
            if at_ns := getattr(self, moment):
                setattr(self, moment, min(at_ns - lost_ns, max(at_ns, now_ns)))

    def is_lately(self, at_ns: int) -> bool:
        """Whether somebody was called within a minute; a clock may have been set back since then."""
        return abs(at_ns - self.called_ns) < UPDATE_NS

    def drop(self, name: str) -> None:
        """This one has not to hear that it is over."""
        for known in (self.told, self.reached, self.known):
            known.pop(name, None)

    def release(self, names: Iterable[str], at_ns: int, group: Group) -> None:
        """They hear that it is over, or why nobody calls them; who hears of quiet waits for its end."""
        is_quiet = any(one.is_hushed and not one.is_over for one in group.members.values())
        if group.is_over:
            self.quieted.clear()
        for name in names:
            self.drop(name)
            self.quieted.pop(name, None)
            if is_quiet and not name.startswith(SIREN):
                self.quieted[name] = at_ns

    def absorb(self, other: Course) -> None:
        """Two groups turned out to be one: who was told of either is told how it goes on."""
        self.told = {**other.told, **self.told}
        self.quieted = {**other.quieted, **self.quieted}
        self.reached = {**other.reached, **self.reached}
        both = {name: min(seq, self.known[name]) for name, seq in other.known.items() if name in self.known}
        self.known = {**other.known, **self.known, **both}
        self.said_seq = max(self.said_seq, other.said_seq)
        self.asked |= other.asked
        self.acted_ns = max(self.acted_ns, other.acted_ns)
        self.said_over = self.said_over or other.said_over
        self.called_ns = max(self.called_ns, other.called_ns)
        self.rank = max(self.rank, other.rank)
        self.severity = max(self.severity, other.severity)
        if other.since_ns and (not self.since_ns or other.since_ns < self.since_ns):
            self.since_ns, self.done = other.since_ns, other.done
        self.calls = max(self.calls, other.calls)
