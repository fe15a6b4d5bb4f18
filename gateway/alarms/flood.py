"""More than a person can read: what is too many within minutes becomes one summary; nothing is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import to_ns

NEVER: Final = 2**63 - 1
KNOWN: Final = 0  # rank of a message about what the person was told before; of news: its priority

Sent = tuple[int, int]
"""When, and the rank."""


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """So many messages of their own within the time; a summary gathers for `summary_after_s`."""

    flood_count: int = 10
    flood_within_s: float = 600.0
    summary_after_s: float = 60.0


@dataclass(slots=True)
class Received:
    """What one person was sent lately, and which groups wait for the next summary."""

    sent: list[Sent] = field(default_factory=list)
    held: dict[str, Sent] = field(default_factory=dict)  # since when, and with which rank
    summary_ns: int = 0  # when the last one was decided


class Flood:
    """By person, as the calls of the journal have it. A message waits only for those that rank as high.

    So news that is urgent is not held back by what is less, nor by repeats of what the person knows.
    """

    def __init__(self, limits: FloodLimits, received: dict[str, Received] | None = None) -> None:
        self._limits = limits
        self.received = received or {}

    def sent(self, person: str, at_ns: int, rank: int) -> None:
        """A message of its own."""
        one = self.received.setdefault(person, Received())
        since_ns = at_ns - to_ns(self._limits.flood_within_s)
        one.sent = [*(sent for sent in one.sent if sent[0] > since_ns), (at_ns, rank)]

    def holds(self, person: str, group: str, at_ns: int, rank: int) -> None:
        """Its message waits for the summary."""
        held = self.received.setdefault(person, Received()).held
        since_ns, highest = held.get(group, (at_ns, rank))
        held[group] = since_ns, max(highest, rank)

    def ranks(self, person: str) -> dict[str, int]:
        """How urgent is what waits for the summary of this one, by group."""
        held = self.received.get(person, Received()).held
        return {group: rank for group, (_, rank) in held.items()}

    def is_held(self, group: str) -> bool:
        """Whether a message about it waits for somebody's summary."""
        return any(group in one.held for one in self.received.values())

    def holding(self, group: str) -> list[str]:
        """Whose summary a message about it waits for."""
        return [person for person, one in self.received.items() if group in one.held]

    def release(self, person: str, group: str) -> None:
        """This one hears of it otherwise."""
        self.received[person].held.pop(group, None)

    def summed(self, person: str, groups: Iterable[str], at_ns: int) -> None:
        """A summary of these was sent."""
        one = self.received.setdefault(person, Received())
        one.summary_ns = at_ns
        for group in groups:
            one.held.pop(group, None)

    def is_full(self, person: str, now_ns: int, rank: int, more: Iterable[int] = ()) -> bool:
        """Whether the next message has to wait. `more`: ranks of those that are decided already."""
        one = self.received.get(person) or Received()
        since_ns = now_ns - to_ns(self._limits.flood_within_s)
        if any(held >= rank for _, held in one.held.values()):
            return True
        ranks = [*(sent for at_ns, sent in one.sent if at_ns > since_ns), *more]
        return sum(sent >= rank for sent in ranks) >= self._limits.flood_count

    def due(self, now_ns: int) -> list[str]:
        """Who gets a summary by now."""
        return [person for person, one in self.received.items() if self._moment(one) <= now_ns]

    def soonest_ns(self, but: Collection[str] = ()) -> int:
        """When the next summary is due; `but`: for others than these persons."""
        moments = (self._moment(one) for person, one in self.received.items() if person not in but)
        return min(moments, default=NEVER)

    def _moment(self, one: Received) -> int:
        if not one.held:
            return NEVER
        gather_ns = to_ns(self._limits.summary_after_s)
        return max(min(at_ns for at_ns, _ in one.held.values()), one.summary_ns) + gather_ns
