"""What happens to an alarm as what it is about changes, as a list of steps in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.alarming.entry import Cause, Units
from gateway.alarms import lifecycle
from gateway.alarms.lifecycle import Alarm, AlarmState
from gateway.screening.excursion import Excursion

RAISED: Final = "raised"
AMENDED: Final = "amended"
RETURNED: Final = "returned"
ENDED: Final = "ended"
WITHDRAWN: Final = "withdrawn"
ACKNOWLEDGED: Final = "acknowledged"
CLOSED: Final = "closed"
LOOK: Final = "asks again"
TAKEN_BACK: Final = "taken back"
TAKEN: Final = "taken"
ASSIGNED: Final = "assigned"
COMMENTED: Final = "commented"
SPEAKS: Final = "speaks again"  # the other changes of its overlay are named as the overlay's kind is
BY_READINGS: Final = "returned"  # Excursion.ended_by

Step = tuple[str, Alarm]
OVER: Final = {AlarmState.RETURNED, AlarmState.ENDED, AlarmState.ENDED_UNACKNOWLEDGED, AlarmState.CLOSED}


def steps(alarm: Alarm, before: Cause | None, now: Cause, now_ns: int) -> Iterator[Step]:
    """What happened as the cause became `now`, with the alarm after each step."""
    if before is None:
        yield RAISED, alarm
    elif _is_revised(before, now):
        yield AMENDED, alarm
    if is_withdrawn(now):
        if before is None or not is_withdrawn(before):
            yield WITHDRAWN, lifecycle.withdraw(alarm, now_ns)
    elif now.end_ns is None:
        if alarm.over_ns is not None:
            yield RAISED, lifecycle.raise_again(alarm)
    elif _is_return(now):
        if alarm.over_ns is None or alarm.ended:
            yield RETURNED, lifecycle.return_to_normal(alarm, now_ns)
    elif alarm.over_ns is None or not alarm.ended:
        yield ENDED, lifecycle.end(alarm, now_ns)


def asks_again(alarm: Alarm, before: Units, now: Units) -> bool:
    """Whether units turned out to have been inside, of whom nobody knew who closed it or saw it return."""
    return alarm.state in OVER and not _codes(now) <= _codes(before)


def _codes(units: Units) -> set[tuple[str, str]]:
    return set() if units is None else {unit.key for unit in units.units}


def _is_revised(before: Cause, now: Cause) -> bool:
    if not (isinstance(before, Excursion) and isinstance(now, Excursion)):
        return False
    return (now.revision > before.revision and not now.withdrawn) or now.severity != before.severity


def is_withdrawn(cause: Cause) -> bool:
    """Whether it proved to be none."""
    return isinstance(cause, Excursion) and cause.withdrawn


def _is_return(cause: Cause) -> bool:
    return not isinstance(cause, Excursion) or cause.ended_by == BY_READINGS
