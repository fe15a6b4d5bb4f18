"""What people do about calls: see whether somebody can be reached, acknowledge or take a whole group."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from gateway.alarming.entry import alarm_of
from gateway.alarms import lifecycle
from gateway.alarms.call import Call, CallKind
from gateway.alarms.delivery import Outcome
from gateway.alarms.handling import Taking
from gateway.alarms.people import Person
from gateway.commands.alarms import acknowledged_before
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.errors import InputError, LinkDown, Rejected
from gateway.journal.alarm_tables import AlarmRow
from gateway.notifiers import Addressed
from gateway.statements import PROGRAM, Statement, attempt
from gateway.statements import acknowledge as acknowledging
from gateway.statements import take as taking
from gateway.statements.acknowledge import Acknowledge
from gateway.statements.attempt import Attempt
from gateway.statements.take import Take
from gateway.text import first_words

LONGEST_ANSWER: Final = 1000  # characters


def try_ways(
    desk: Desk, author: Author, person: Person, notifiers: Mapping[str, Addressed]
) -> Iterator[Attempt]:
    """A call that says that it is a test, by each way of a person in turn; each attempt is stated.

    Raises InputError where there is no way.
    """
    ways = [way for way in person.ways if way.notifier in notifiers]
    if person.has_left:
        raise InputError(f"{person.id} has left: nobody calls {person.name()} any more")
    if not ways:
        raise InputError(
            f"{person.id} has no way by a notifier of this configuration; see `cryogate people`, and the "
            "notifiers that reach a person in docs/notifiers.md"
        )
    now_ns = desk.clock.now_ns()
    name = f"T{now_ns}.{person.id}"
    told = Call(name, CallKind.TEST, person.id, person.name(), person.language, now_ns)
    for way in ways:
        outcome, answer, took_s = _tell(notifiers[way.notifier], told, way.address)
        said = Attempt(
            f"T{now_ns}",
            CallKind.TEST.value,
            "",
            0,
            (),
            person.id,
            way.notifier,
            way.address,
            outcome.value,
            first_words(answer, LONGEST_ANSWER),
            round(took_s, 3),
        )
        _state(desk, author, said)
        yield said


def acknowledge_group(
    desk: Desk, author: Author, alarms: Collection[AlarmRow], comment: str
) -> tuple[list[str], Stated]:
    """All of these alarms that are not closed, in one commit; their ids. Raises InputError: there is none.

    Those that the same person has acknowledged already are left out.
    """

    def look() -> list[Statement]:
        at_ns, open_ = desk.clock.now_ns(), [alarm for alarm in alarms if not alarm.closed]
        left = [one.id for one in open_ if acknowledged_before(desk, one, author.name) is None]
        if not left:
            raise InputError(f"there is nothing to acknowledge in this group, or {author.name} did already")
        return [desk.draft(acknowledging, Acknowledge(one, comment), author, at_ns) for one in left]

    stated = desk.state(look)
    return [acknowledging.of(one.body).alarm for one in stated.new or desk.said_together()], stated


def take_group(
    desk: Desk, author: Author, alarms: Collection[AlarmRow], comment: str
) -> tuple[list[str], Stated]:
    """The same for "I am on it", of all that are not closed."""
    open_ = [alarm for alarm in alarms if not alarm.closed]
    if not open_:
        raise InputError("all alarms of this group are closed: there is nothing to take")

    def look() -> list[Statement]:
        at_ns = desk.clock.now_ns()
        for one in open_:
            lifecycle.take(alarm_of(one.body), Taking(author.name, at_ns, comment))
        return [desk.draft(taking, Take(one.id, comment), author, at_ns) for one in open_]

    return [one.id for one in open_], desk.state(look)


def _tell(notifier: Addressed, told: Call, address: str) -> tuple[Outcome, str, float]:
    began_s = time.monotonic()
    try:
        outcome, answer = Outcome.DELIVERED, notifier.tell(told, address)
    except Rejected as refused:
        outcome, answer = Outcome.REJECTED, str(refused)
    except LinkDown as down:
        outcome, answer = Outcome.RETRY, str(down)
    return outcome, answer, time.monotonic() - began_s


def _state(desk: Desk, author: Author, said: Attempt) -> None:
    clock, body = desk.clock, attempt.to_body(said)
    statement = Statement(
        attempt.KIND,
        author.name,
        clock.now_ns(),
        body,
        trusted=clock.trusted,
        actor=PROGRAM,
        user=author.user,
        origin=author.origin,
    )
    desk.journal.commit(statements=[statement])
