"""Figures of alarm health beside what EEMUA 191 and ANSI/ISA-18.2 call good for one person on duty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.alarms.health import Health
from gateway.dataclass import dataclass

PER_DAY: Final = (
    150.0  # very likely acceptable (ISA-18.2-2016, table 6); 300 are the most that can be managed
)
WORST_PER_10_MIN: Final = 10
SHARE_ABOVE_10: Final = 0.01  # of all periods of ten minutes
TOP_TEN: Final = 0.05  # of all alarms; at most
STALE_AT_ONCE: Final = 5
URGENT_SHARE: Final = 0.05  # of the two highest priorities of four: 5 % and less than 1 %
FEW: Final = 20  # alarms: of fewer a share says nothing


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure: what it is, what it should be, and whether it is; None where too few alarms tell."""

    name: str
    value: float
    goal: float
    unit: str
    is_met: bool | None


def goals(of: Health) -> Iterator[Goal]:
    """Each goal is an upper bound."""
    enough = of.rate.alarms >= FEW
    urgent = of.priorities.get("urgent", 0) + of.priorities.get("high", 0)
    top = sum(actor.share for actor in of.actors)
    yield _goal("alarms a day", of.rate.per_day, PER_DAY, "")
    yield _goal("most in ten minutes", of.rate.worst_per_10_min, WORST_PER_10_MIN, "")
    yield _goal("periods of ten minutes above 10", 100 * of.rate.share_above_10, 100 * SHARE_ABOVE_10, "%")
    yield _goal("floods", len(of.floods), 0, "")
    yield _goal("chattering causes", len(of.chatter), 0, "")
    yield _goal("stale at once", of.most_stale_at_once, STALE_AT_ONCE, "")
    yield _goal("share of the ten worst causes", 100 * top, 100 * TOP_TEN, "%", enough)
    yield _goal("share of priorities high and urgent", 100 * urgent / max(1, of.rate.alarms),
                100 * URGENT_SHARE, "%", enough)  # fmt: skip


def _goal(name: str, value: float, goal: float, unit: str, tells: bool = True) -> Goal:
    return Goal(name, value, goal, unit, value <= goal if tells else None)
