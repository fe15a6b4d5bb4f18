"""How much of the time that a product may be beyond a limit a unit has used, over all of its stays.

Of one stay the probe counts that was beyond the limit longest. Resets of a budget of a vessel are about the
vessel: what a unit went through stays with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier.course import Course
from gateway.model import SECOND
from gateway.screening.clocks import Clocks
from gateway.screening.rules import Limit, budget

KIND: Final = "budget"


@dataclass(frozen=True, slots=True)
class Budget:
    """A rule of a profile."""

    rule: str
    limit: Limit
    budget_s: float


class Budgets:
    """Told each stay, and in it what each probe says of each budget."""

    def __init__(self) -> None:
        self._spent_ns: dict[Budget, int] = {}
        self._of_stay: dict[Budget, int] = {}

    @contextmanager
    def stay(self) -> Iterator[None]:
        """What is spent within it is of one stay."""
        self._of_stay = {}
        yield
        for one, spent_ns in self._of_stay.items():
            self._spent_ns[one] = self._spent_ns.get(one, 0) + spent_ns

    def limits(self, course: Course) -> list[Budget]:
        """Those of its channel that held in its time."""
        found = dict[Budget, None]()
        for one in course.state.plan.instances:
            told = one.parameters
            if one.channel != course.number or not isinstance(told, budget.Parameters):
                continue
            if one.valid_from_ns < course.end_ns and course.start_ns < one.valid_to_ns:
                found[Budget(one.rule, (told.side, told.limit), told.budget_s)] = None
        return list(found)

    def spend(self, one: Budget, clocks: Clocks) -> None:
        """By one probe."""
        self._of_stay[one] = max(self._of_stay.get(one, 0), clocks.out_of_range_ns)

    def plain(self) -> list[dict[str, Any]]:
        """JSON data, in the order in which they were met."""
        return [
            {
                "rule": one.rule,
                "side": one.limit[0],
                "limit": one.limit[1],
                "budget_s": one.budget_s,
                "spent_s": spent_ns / SECOND,
            }
            for one, spent_ns in self._spent_ns.items()
        ]
