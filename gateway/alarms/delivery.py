"""One call to one person until it is there: by so many ways at once, by the next one where a way fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum

from gateway.alarms.call import CallKind
from gateway.alarms.leading import Reader
from gateway.dataclass import dataclass
from gateway.statements.call import Receiver


class Outcome(StrEnum):
    """What came of one attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REJECTED = "rejected"


@dataclass(slots=True)
class Delivery:
    """`outcomes`: of the last attempt by each way, by its position among the receiver's ways."""

    call: str
    group: str  # empty: of a summary or a test
    kind: CallKind
    receiver: Receiver
    at_ns: int  # when it was decided
    round: int = 0
    steps: tuple[int, ...] = ()
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    reader: Reader = field(default_factory=Reader)
    ranks: dict[str, int] = field(default_factory=dict)  # by group: how urgent what it tells was then

    @property
    def id(self) -> str:
        """That the receiver sees: the same on every try and by every way."""
        return f"{self.call}.{self.receiver.name}"

    @property
    def number(self) -> int:
        """Of the call, among those about its group: clocks may be set back, numbers are not."""
        return call_number(self.call)

    @property
    def at_once(self) -> int:
        return self.receiver.at_once or len(self.receiver.ways)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to try: it is there, or every way is refused for good."""
        tried = len(self.outcomes) == len(self.receiver.ways)
        return self._count(Outcome.DELIVERED) >= self.at_once or (
            tried and (self.is_delivered or not self._count(Outcome.RETRY))
        )

    @property
    def is_delivered(self) -> bool:
        return self._count(Outcome.DELIVERED) > 0

    @property
    def has_failed(self) -> bool:
        """Every way was tried, and none has worked so far."""
        return len(self.outcomes) == len(self.receiver.ways) and not self.is_delivered

    @property
    def wanted(self) -> int:
        """By how many ways it is to come through: where all have failed, by each that is tried again."""
        return len(self.receiver.ways) if self.has_failed else self.at_once

    @property
    def delivered_ways(self) -> set[int]:
        return {way for way, outcome in self.outcomes.items() if outcome is Outcome.DELIVERED}

    def next_ways(
        self, busy: frozenset[int] = frozenset(), queued: frozenset[int] = frozenset()
    ) -> Iterator[int]:
        """The ways to try now, beside those that are being tried, or whose turn takes long to come."""
        missing = self.at_once - self._count(Outcome.DELIVERED) - len(busy)
        known = {*self.outcomes, *busy, *queued}
        untried = [k for k in range(len(self.receiver.ways)) if k not in known]
        yield from untried[: max(0, missing)]

    def ways_again(self) -> list[int]:
        """Where all have failed: those that may work later."""
        return [k for k, outcome in self.outcomes.items() if outcome is Outcome.RETRY]

    def _count(self, outcome: Outcome) -> int:
        return sum(one is outcome for one in self.outcomes.values())


def call_number(call: str) -> int:
    """Of a call, by its id."""
    return int(call.rpartition(".")[2])
