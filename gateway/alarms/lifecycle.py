"""The life of an alarm as one table, after ANSI/ISA-18.2 and IEC 62682.

    state            raise    acknowledge  return, withdraw  end         look      close
    unacknowledged   same     acknowledged returned          ended unack same      -
    acknowledged     same     same         closed            ended       unack     -
    returned         unack    closed       same              ended unack same      closed
    ended unack      unack    ended        returned          same        same      closed
    ended            unack    same         closed            same        ended u.  closed
    closed           unack    -            same              ended unack returned  -

"returned" is short for "returned unacknowledged", "ended" for "ended acknowledged". An end is one that no
reading gave: the channel moved to another asset, left the configuration, or got other limits; such an alarm
stays with people until somebody closes it with a comment. An acknowledgement may be repeated with another
comment while an alarm is active. An alarm is raised again when late data says that an excursion goes on after
all, and asks for a look when its units grow: whoever acknowledged less has to look again. So has whoever
acknowledged or took a silence while its cause lasted, if the cause has ended and the silence goes on.

Beside the state there is who is on it (handling.py): an alarm that is not closed can be taken and assigned,
and any can be commented on. None of these changes the state. When a closed alarm opens again, nobody is on
it. Whether it speaks or is quiet for a while is another matter again (overlay.py).
"""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from typing import Any, Final

from gateway.alarms.handling import Assignment, Handling, Remark, Taking
from gateway.dataclass import dataclass
from gateway.errors import InputError

LONGEST_NAME: Final = 200  # characters
LONGEST_COMMENT: Final = 4000


class AlarmState(StrEnum):
    """What an alarm asks of people."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned unacknowledged"
    ENDED_UNACKNOWLEDGED = "ended unacknowledged"
    ENDED = "ended acknowledged"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to an alarm."""

    RAISE = "raise"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    WITHDRAW = "withdraw"
    END = "end"
    LOOK = "look"
    CLOSE = "close"


S, E = AlarmState, Event
TRANSITIONS: Final[dict[tuple[AlarmState, Event], AlarmState]] = {
    (S.UNACKNOWLEDGED, E.RAISE): S.UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, E.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.UNACKNOWLEDGED, E.RETURN): S.RETURNED,
    (S.UNACKNOWLEDGED, E.WITHDRAW): S.RETURNED,
    (S.UNACKNOWLEDGED, E.END): S.ENDED_UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, E.LOOK): S.UNACKNOWLEDGED,
    (S.ACKNOWLEDGED, E.RAISE): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, E.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, E.RETURN): S.CLOSED,
    (S.ACKNOWLEDGED, E.WITHDRAW): S.CLOSED,
    (S.ACKNOWLEDGED, E.END): S.ENDED,
    (S.ACKNOWLEDGED, E.LOOK): S.UNACKNOWLEDGED,
    (S.RETURNED, E.RAISE): S.UNACKNOWLEDGED,
    (S.RETURNED, E.ACKNOWLEDGE): S.CLOSED,
    (S.RETURNED, E.RETURN): S.RETURNED,
    (S.RETURNED, E.WITHDRAW): S.RETURNED,
    (S.RETURNED, E.END): S.ENDED_UNACKNOWLEDGED,
    (S.RETURNED, E.LOOK): S.RETURNED,
    (S.RETURNED, E.CLOSE): S.CLOSED,
    (S.ENDED_UNACKNOWLEDGED, E.RAISE): S.UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, E.ACKNOWLEDGE): S.ENDED,
    (S.ENDED_UNACKNOWLEDGED, E.RETURN): S.RETURNED,
    (S.ENDED_UNACKNOWLEDGED, E.WITHDRAW): S.RETURNED,
    (S.ENDED_UNACKNOWLEDGED, E.END): S.ENDED_UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, E.LOOK): S.ENDED_UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, E.CLOSE): S.CLOSED,
    (S.ENDED, E.RAISE): S.UNACKNOWLEDGED,
    (S.ENDED, E.ACKNOWLEDGE): S.ENDED,
    (S.ENDED, E.RETURN): S.CLOSED,
    (S.ENDED, E.WITHDRAW): S.CLOSED,
    (S.ENDED, E.END): S.ENDED,
    (S.ENDED, E.LOOK): S.ENDED_UNACKNOWLEDGED,
    (S.ENDED, E.CLOSE): S.CLOSED,
    (S.CLOSED, E.RAISE): S.UNACKNOWLEDGED,
    (S.CLOSED, E.RETURN): S.CLOSED,
    (S.CLOSED, E.WITHDRAW): S.CLOSED,
    (S.CLOSED, E.END): S.ENDED_UNACKNOWLEDGED,
    (S.CLOSED, E.LOOK): S.RETURNED,
}
del S, E


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who saw an alarm, when, and what they say about it; `id` is that of the statement.

    Raises InputError when it says nothing.
    """

    by: str
    at_ns: int
    comment: str
    id: str = ""

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
    """An alarm; its id is that of its excursion or fault. `over_ns`: when its end was first said."""

    id: str
    state: AlarmState
    raised_ns: int
    over_ns: int | None = None
    ended: bool = False  # its end was no return
    acknowledgements: tuple[Acknowledgement, ...] = ()
    closing: Acknowledgement | None = None  # who closed it with which comment, where an end was no return
    handling: Handling = field(default_factory=Handling)


def raised(identity: str, at_ns: int) -> Alarm:
    """A new alarm that nobody has seen."""
    return Alarm(identity, AlarmState.UNACKNOWLEDGED, at_ns)


def raise_again(alarm: Alarm) -> Alarm:
    """The excursion goes on."""
    return _become(alarm, _after(alarm, Event.RAISE), over_ns=None, ended=False, closing=None)


def acknowledge(alarm: Alarm, acknowledgement: Acknowledgement) -> Alarm:
    """Raises InputError where there is nothing left to acknowledge."""
    state = _after(alarm, Event.ACKNOWLEDGE)
    return _become(alarm, state, acknowledgements=(*alarm.acknowledgements, acknowledgement))


def take(alarm: Alarm, taking: Taking) -> Alarm:
    """Raises InputError where nobody is needed any more."""
    return replace(_not_closed(alarm, "take"), handling=alarm.handling.take(taking))


def assign(alarm: Alarm, assignment: Assignment) -> Alarm:
    """Raises InputError where nobody is needed any more."""
    return replace(_not_closed(alarm, "assign"), handling=alarm.handling.assign(assignment))


def comment(alarm: Alarm, remark: Remark) -> Alarm:
    """Raises InputError where there are too many comments already."""
    return replace(alarm, handling=alarm.handling.remark(remark))


def take_back(alarm: Alarm, identity: str) -> Alarm:
    """Without what was stated under this id; without an acknowledgement or closing the alarm asks again."""
    alarm = replace(alarm, handling=alarm.handling.without(identity))
    left = tuple(a for a in alarm.acknowledgements if a.id != identity)
    if alarm.closing is not None and alarm.closing.id == identity:
        return look(alarm)
    if len(left) == len(alarm.acknowledgements):
        return alarm
    return replace(alarm if left else look(alarm), acknowledgements=left)


def return_to_normal(alarm: Alarm, at_ns: int) -> Alarm:
    """The excursion is over, as readings say; when that was said first stands."""
    return _over(alarm, Event.RETURN, at_ns)


def withdraw(alarm: Alarm, at_ns: int) -> Alarm:
    """Late data says that there was no excursion; the alarm stays in the record."""
    return _over(alarm, Event.WITHDRAW, at_ns)


def end(alarm: Alarm, at_ns: int) -> Alarm:
    """The excursion ended for another reason than a return."""
    return _over(alarm, Event.END, at_ns)


def look(alarm: Alarm) -> Alarm:
    """More is known than when people looked: they are asked to look again."""
    again = Event.END if alarm.ended and alarm.state is AlarmState.CLOSED else Event.LOOK
    return _become(alarm, _after(alarm, again), closing=None)


def let_go(alarm: Alarm) -> Alarm:
    """Whoever took it is not on it any more; whom it is assigned to and what was remarked stay."""
    return replace(alarm, handling=replace(alarm.handling, takings=()))


def close(alarm: Alarm, closing: Acknowledgement) -> Alarm:
    """Raises InputError where it still goes on, or is closed already."""
    return _become(alarm, _after(alarm, Event.CLOSE), closing=closing)


def settle(alarm: Alarm, closing: Acknowledgement) -> Alarm:
    """What it was about is over, and it needs nobody any more, acknowledged or not: a drill."""
    over = return_to_normal(alarm, closing.at_ns)
    return replace(over if over.state is AlarmState.CLOSED else close(over, closing), closing=closing)


def _over(alarm: Alarm, event: Event, at_ns: int) -> Alarm:
    over_ns = at_ns if alarm.over_ns is None else alarm.over_ns
    state = _after(alarm, event)
    closing = alarm.closing if state is AlarmState.CLOSED else None
    return _become(alarm, state, over_ns=over_ns, ended=event is Event.END, closing=closing)


def _become(alarm: Alarm, state: AlarmState, **changes: Any) -> Alarm:
    """One that was closed and opens again waits for somebody new."""
    opens = alarm.state is AlarmState.CLOSED and state is not AlarmState.CLOSED
    handling = alarm.handling.let_go() if opens else alarm.handling
    return replace(alarm, state=state, handling=handling, **changes)


def _not_closed(alarm: Alarm, verb: str) -> Alarm:
    if alarm.state is AlarmState.CLOSED:
        raise InputError(f"alarm {alarm.id} is closed: there is nothing to {verb}")
    return alarm


def _after(alarm: Alarm, event: Event) -> AlarmState:
    if (alarm.state, event) not in TRANSITIONS:
        raise InputError(f"alarm {alarm.id} is {alarm.state}: there is nothing to {event}")
    return TRANSITIONS[alarm.state, event]
