"""What people say about one alarm: seen, taken, assigned, remarked, closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.alarming.entry import alarm_of
from gateway.alarms import lifecycle
from gateway.alarms.handling import Assignment, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, AlarmState
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import check_here
from gateway.commands.second import is_same_person
from gateway.commands.words import Words
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.standing import speaking_of
from gateway.model import SECOND
from gateway.statements import Statement, transition
from gateway.statements import acknowledge as acknowledging
from gateway.statements import assign as assigning
from gateway.statements import close as closing
from gateway.statements import comment as commenting
from gateway.statements import take as taking
from gateway.statements.acknowledge import Acknowledge
from gateway.statements.assign import Assign
from gateway.statements.close import Close
from gateway.statements.comment import Comment
from gateway.statements.take import Take
from gateway.times import format_rfc3339

ASKING: Final = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, AlarmState.ENDED_UNACKNOWLEDGED)
JUST_NS: Final = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said about which alarm."""

    alarm: str
    stated: Stated


def acknowledge(desk: Desk, author: Author, alarm: AlarmRow, comment: str) -> Answered:
    """Once by each person, for as long as it counts: again changes nothing.

    Raises InputError where there is nothing to acknowledge any more, and where the same person has something
    else to say: that is a comment.
    """
    if alarm.closed:
        raise InputError(f"alarm {alarm.id} is closed: there is nothing to acknowledge")

    def look() -> list[Statement] | Statement:
        said = Acknowledge(alarm.id, comment)
        before = acknowledged_before(desk, alarm, author.name)
        if before is None:
            return [desk.draft(acknowledging, said, author, desk.clock.now_ns())]
        if acknowledging.of(before.body).comment == comment:
            return before
        raise InputError(
            f"{before.by} acknowledged {alarm.id} already at "
            f"{format_rfc3339(before.at_ns)[:19]}Z; what is to be added is a comment: "
            f"`cryogate comment {alarm.id}`"
        )

    return Answered(alarm.id, desk.state(look))


def close(desk: Desk, author: Author, alarm: AlarmRow, comment: str) -> Answered:
    """End an alarm whose excursion is over, whatever ended it; nobody needs to look at it any more.

    Raises InputError where it still goes on, or is closed already.
    """
    if alarm.closed:
        raise InputError(f"alarm {alarm.id} is closed already")

    def look() -> list[Statement] | Statement:
        draft = desk.draft(closing, Close(alarm.id, comment), author, desk.clock.now_ns())
        said = Acknowledgement(author.name, draft.at_ns, comment)
        lifecycle.close(alarm_of(alarm.body), said)
        before = _closed_just_now(desk, alarm.id)
        if before is None:
            return [draft]
        if is_same_person(desk, before.by, author.name) and closing.of(before.body).comment == comment:
            return before
        raise InputError(f"{before.by} closed {alarm.id} already at {format_rfc3339(before.at_ns)[:19]}Z")

    return Answered(alarm.id, desk.state(look))


def take(desk: Desk, author: Author, alarm: AlarmRow, comment: str = "") -> Answered:
    """Say "I am on it", or that one still is; whoever was before is not any more.

    Raises InputError where it is closed.
    """

    def look() -> list[Statement]:
        draft = desk.draft(taking, Take(alarm.id, comment), author, desk.clock.now_ns())
        lifecycle.take(alarm_of(alarm.body), Taking(author.name, draft.at_ns, comment))
        return [draft]

    return Answered(alarm.id, desk.state(look))


def assign(desk: Desk, author: Author, alarm: AlarmRow, to: str) -> Answered:
    """Say whose it is. The same person again changes nothing.

    Raises InputError where it is closed, and for somebody who has left.
    """
    check_here(desk, to)

    def look() -> list[Statement] | Statement:
        draft = desk.draft(assigning, Assign(alarm.id, to), author, desk.clock.now_ns())
        life = alarm_of(alarm.body)
        lifecycle.assign(life, Assignment(to, author.name, draft.at_ns))
        before = life.handling.assigned
        same = (
            _counting(desk, before.id) if before is not None and is_same_person(desk, before.to, to) else None
        )
        return same or [draft]

    return Answered(alarm.id, desk.state(look))


def comment(desk: Desk, author: Author, alarm: AlarmRow, text: str) -> Answered:
    """Remark something, whatever its state. Raises InputError where there are too many already."""

    def look() -> list[Statement]:
        draft = desk.draft(commenting, Comment(alarm.id, text), author, desk.clock.now_ns())
        lifecycle.comment(alarm_of(alarm.body), Remark(author.name, draft.at_ns, text))
        return [draft]

    return Answered(alarm.id, desk.state(look))


def acknowledged_before(desk: Desk, alarm: AlarmRow, by: str) -> Statement | None:
    """What this person said about it since it last asked for somebody, if it still counts."""
    words, life = Words(desk.journal), alarm_of(alarm.body)
    ids = [one.id for one in life.acknowledgements]
    just = (one for one in _just_acknowledged(desk, alarm.id) if one.id not in ids)
    known = (words.find(identity) for identity in reversed(() if life.state in ASKING else ids))
    said = [*just, *(one for one in known if one is not None)]
    return next((one for one in said if words.counts(one) and is_same_person(desk, one.by, by)), None)


def _just_acknowledged(desk: Desk, alarm: str) -> Iterator[Statement]:
    """What the gateway may not have taken in yet: a double click, or none runs."""
    since_ns = desk.clock.now_ns() - JUST_NS
    for _, one in desk.journal.newest_statements(acknowledging.KIND):
        if one.at_ns < since_ns:
            return
        if acknowledging.of(one.body).alarm == alarm:
            yield one


def _closed_just_now(desk: Desk, alarm: str) -> Statement | None:
    """A closing behind which no change of the alarm opened it: two people at once, or no gateway runs."""
    last = None
    for _, one in speaking_of(desk.journal, [alarm]):
        if one.kind == closing.KIND:
            last = one
        elif one.kind == transition.KIND:
            known = transition.of(one.body).known.get("alarm", {})
            last = last if known.get("state") == AlarmState.CLOSED.value else None
    return last if last is not None and Words(desk.journal).counts(last) else None


def _counting(desk: Desk, identity: str) -> Statement | None:
    """The statement of this id, if nobody took it back meanwhile."""
    words = Words(desk.journal)
    found = words.find(identity)
    return found if found is not None and words.counts(found) else None
