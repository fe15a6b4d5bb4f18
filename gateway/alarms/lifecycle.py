"""The life of an alarm as one table, after ANSI/ISA-18.2 and IEC 62682.

    state           raise           acknowledge    return, withdraw
    (none)          unacknowledged  -              -
    unacknowledged  same            acknowledged   returned
    acknowledged    same            same           closed
    returned        unacknowledged  closed         same
    closed          unacknowledged  -              same

"returned" is short for "returned unacknowledged". An acknowledgement may be repeated with another comment
while an alarm is active. It is raised again when late data says that an excursion goes on after all:
whoever acknowledged the shorter one has to look again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from gateway.errors import InputError

LONGEST_NAME: Final = 200  # characters
LONGEST_COMMENT: Final = 4000


class AlarmState(StrEnum):
    """What an alarm asks of people."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned unacknowledged"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to an alarm."""

    RAISE = "raise"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    WITHDRAW = "withdraw"


S, E = AlarmState, Event
TRANSITIONS: Final[dict[tuple[AlarmState, Event], AlarmState]] = {
    (S.UNACKNOWLEDGED, E.RAISE): S.UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, E.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.UNACKNOWLEDGED, E.RETURN): S.RETURNED,
    (S.UNACKNOWLEDGED, E.WITHDRAW): S.RETURNED,
    (S.ACKNOWLEDGED, E.RAISE): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, E.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, E.RETURN): S.CLOSED,
    (S.ACKNOWLEDGED, E.WITHDRAW): S.CLOSED,
    (S.RETURNED, E.RAISE): S.UNACKNOWLEDGED,
    (S.RETURNED, E.ACKNOWLEDGE): S.CLOSED,
    (S.RETURNED, E.RETURN): S.RETURNED,
    (S.RETURNED, E.WITHDRAW): S.RETURNED,
    (S.CLOSED, E.RAISE): S.UNACKNOWLEDGED,
    (S.CLOSED, E.RETURN): S.CLOSED,
    (S.CLOSED, E.WITHDRAW): S.CLOSED,
}
del S, E


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who saw an alarm, when, and what they say about it. Raises InputError when it says nothing."""

    by: str
    at_ns: int
    comment: str

    def __post_init__(self) -> None:
        check_words("an acknowledgement", self.by, self.comment)


def check_words(of: str, by: str, comment: str) -> None:
    """Raise InputError unless a person's name and comment can be kept and read."""
    for what, text, longest in (("name", by, LONGEST_NAME), ("comment", comment, LONGEST_COMMENT)):
        if not text.strip():
            raise InputError(f"{of} needs a {what}")
        if any("\ud800" <= c <= "\udfff" for c in text):  # half a character: no file could hold it
            raise InputError(f"the {what} of {of} is not readable text")
        if len(text) > longest:
            raise InputError(f"the {what} of {of} has at most {longest} characters")


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm; its id is that of its excursion."""

    id: str
    state: AlarmState
    raised_ns: int
    returned_ns: int | None = None
    acknowledgements: tuple[Acknowledgement, ...] = ()


def raised(identity: str, at_ns: int) -> Alarm:
    """A new alarm that nobody has seen."""
    return Alarm(identity, AlarmState.UNACKNOWLEDGED, at_ns)


def raise_again(alarm: Alarm) -> Alarm:
    """The excursion goes on."""
    return replace(alarm, state=_after(alarm, Event.RAISE), returned_ns=None)


def acknowledge(alarm: Alarm, acknowledgement: Acknowledgement) -> Alarm:
    """Raises InputError where there is nothing left to acknowledge."""
    state = _after(alarm, Event.ACKNOWLEDGE)
    return replace(alarm, state=state, acknowledgements=(*alarm.acknowledgements, acknowledgement))


def return_to_normal(alarm: Alarm, at_ns: int) -> Alarm:
    """The excursion is over; when that was said first stands."""
    return _over(alarm, Event.RETURN, at_ns)


def withdraw(alarm: Alarm, at_ns: int) -> Alarm:
    """Late data says that there was no excursion; the alarm stays in the record."""
    return _over(alarm, Event.WITHDRAW, at_ns)


def _over(alarm: Alarm, event: Event, at_ns: int) -> Alarm:
    returned_ns = at_ns if alarm.returned_ns is None else alarm.returned_ns
    return replace(alarm, state=_after(alarm, event), returned_ns=returned_ns)


def _after(alarm: Alarm, event: Event) -> AlarmState:
    if (alarm.state, event) not in TRANSITIONS:
        raise InputError(f"alarm {alarm.id} is {alarm.state}: there is nothing to {event}")
    return TRANSITIONS[alarm.state, event]
