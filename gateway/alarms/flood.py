"""More than a person can read: what is too many within minutes becomes one summary; nothing is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from gateway.model import to_ns

NEVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """So many messages of their own within the time; a summary gathers for `summary_after_s`."""

    flood_count: int = 10
    flood_within_s: float = 600.0
    summary_after_s: float = 60.0


@dataclass(slots=True)
class Received:
    """What one person was sent lately, and which groups wait for the next summary, since when."""

    times: list[int] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    summary_ns: int = 0  # when the last one was decided


class Flood:
    """By person, as the calls of the journal have it."""

    def __init__(self, limits: FloodLimits, received: dict[str, Received] | None = None) -> None:
        self._limits = limits
        self.received = received or {}

    def sent(self, person: str, at_ns: int) -> None:
        """A message of its own."""
        one = self.received.setdefault(person, Received())
        since_ns = at_ns - to_ns(self._limits.flood_within_s)
        one.times = [*(t for t in one.times if t > since_ns), at_ns][-self._limits.flood_count :]

    def holds(self, person: str, group: str, at_ns: int) -> None:
        """Its message waits for the summary."""
        self.received.setdefault(person, Received()).held.setdefault(group, at_ns)

    def summed(self, person: str, groups: Iterable[str], at_ns: int) -> None:
        """A summary of these was sent."""
        one = self.received.setdefault(person, Received())
        one.summary_ns = at_ns
        for group in groups:
            one.held.pop(group, None)

    def is_full(self, person: str, now_ns: int, more: int = 0) -> bool:
        """Whether the next message has to wait, as all do once one waits. `more`: decided already."""
        one = self.received.get(person) or Received()
        since_ns = now_ns - to_ns(self._limits.flood_within_s)
        return bool(one.held) or sum(t > since_ns for t in one.times) + more >= self._limits.flood_count

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
        return max(min(one.held.values()), one.summary_ns) + gather_ns
