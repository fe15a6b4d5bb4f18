"""What people say about an alarm: that somebody has seen it, or that nobody needs to look any more."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.alarming.entry import alarm_of
from gateway.alarms import lifecycle
from gateway.alarms.lifecycle import Acknowledgement
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.statements import Statement
from gateway.statements import acknowledge as acknowledging
from gateway.statements import close as closing
from gateway.statements.acknowledge import Acknowledge
from gateway.statements.close import Close


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said about which alarm."""

    alarm: str
    stated: Stated


def acknowledge(desk: Desk, author: Author, alarm: AlarmRow, comment: str) -> Answered:
    """Raises InputError where there is nothing to acknowledge any more."""
    if alarm.closed:
        raise InputError(f"alarm {alarm.id} is closed: there is nothing to acknowledge")

    def look() -> list[Statement]:
        said = Acknowledge(alarm.id, comment)
        return [desk.draft(acknowledging, said, author, desk.clock.now_ns())]

    return Answered(alarm.id, desk.state(look))


def close(desk: Desk, author: Author, alarm: AlarmRow, comment: str) -> Answered:
    """End an alarm whose excursion is over, whatever ended it; nobody needs to look at it any more.

    Raises InputError where it still goes on, or is closed already.
    """
    if alarm.closed:
        raise InputError(f"alarm {alarm.id} is closed already")

    def look() -> list[Statement]:
        draft = desk.draft(closing, Close(alarm.id, comment), author, desk.clock.now_ns())
        said = Acknowledgement(author.name, draft.at_ns, comment)
        lifecycle.close(alarm_of(alarm.body), said)
        return [draft]

    return Answered(alarm.id, desk.state(look))
