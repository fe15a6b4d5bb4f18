"""When alarms are quiet by design, as a configuration says it; how, is in overlay.py."""

from __future__ import annotations

from enum import StrEnum

from gateway.alarms.maintenance import Plan, Repeat
from gateway.dataclass import dataclass
from gateway.model import Severity


class Condition(StrEnum):
    """What a suppression of the configuration goes by."""

    EMPTY = "empty"
    MAINTENANCE = "maintenance"
    FILLING = "filling"


@dataclass(frozen=True, slots=True)
class Design:
    """One suppression of the configuration; no assets or no rules: all. `windows`: [from, to) each.

    Its longest time counts from the raising of the alarm, the begin of the window, or the statement.
    """

    name: str
    when: Condition
    longest_ns: int
    assets: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    up_to: Severity = Severity.CRITICAL
    windows: tuple[tuple[int, int], ...] = ()
    repeats: tuple[Repeat, ...] = ()

    @property
    def plan(self) -> Plan:
        return Plan(self.windows, self.repeats, self.longest_ns)
