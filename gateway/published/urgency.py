"""Which alarm people see to first: one order for everything that lists alarms.

What goes on stands before what is over, what nobody has acknowledged before what somebody has, what is closed
last; then by priority (ANSI/ISA-18.2, 8.5: it says what is seen to first), by severity, the newest first. A
drill stands behind what is real and needs somebody. What was withdrawn never was, and stands last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.alarms.call import Priority
from gateway.alarms.drills import KIND as DRILL
from gateway.alarms.lifecycle import AlarmState
from gateway.model import Severity

GOING_ON: Final = frozenset((AlarmState.UNACKNOWLEDGED.value, AlarmState.ACKNOWLEDGED.value))
NEVER_WAS: Final = "withdrawn unacknowledged"  # over, and no return: it never was
CLOSED: Final = AlarmState.CLOSED.value
ASKING: Final = "unacknowledged"  # how the states end in which nobody has acknowledged
Rank = tuple[bool, bool, bool, bool, bool, int, int]
SEVERITIES: Final = {severity.name.lower(): int(severity) for severity in Severity}
PRIORITIES: Final = {priority.name.lower(): int(priority) for priority in Priority}


def most_urgent_first(alarms: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Published alarms, with their priority, in the order in which they ask for people."""
    newest_first = sorted(alarms, key=lambda alarm: str(alarm["id"]))
    newest_first.sort(key=lambda alarm: str(alarm["start"]), reverse=True)
    return sorted(newest_first, key=_rank)


def goes_on(alarm: Mapping[str, Any]) -> bool:
    """Whether what it is about has not ended, as far as anybody knows."""
    return alarm["state"] in GOING_ON and not alarm["withdrawn"]


def asks(alarm: Mapping[str, Any]) -> bool:
    """Whether nobody has acknowledged it, or it asks again."""
    return str(alarm["state"]).endswith(ASKING)


def state_words(alarm: Mapping[str, Any]) -> str:
    """What a published alarm asks of people, and whether late data says that there was nothing."""
    state = str(alarm["state"])
    return f"withdrawn, {state}" if alarm["withdrawn"] and state != NEVER_WAS else state


def rank(priority: int, severity: int, state: str, *, withdrawn: bool, drill: bool) -> Rank:
    """Of what is seen to first the least; `state` as it is published."""
    goes_on_so = state in GOING_ON and not withdrawn
    asking = state.endswith(ASKING)
    return withdrawn, state == CLOSED, drill, not goes_on_so, not asking, -priority, -severity


def _rank(alarm: Mapping[str, Any]) -> Rank:
    severity = SEVERITIES.get(alarm["severity"], max(SEVERITIES.values()))
    priority, is_drill = PRIORITIES.get(alarm.get("priority", ""), 0), alarm.get("kind") == DRILL
    return rank(priority, severity, str(alarm["state"]), withdrawn=alarm["withdrawn"], drill=is_drill)
