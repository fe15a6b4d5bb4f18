"""Taking a statement back: nothing is deleted, and what it said does not count any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.commands import leaning
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Revising, Stated
from gateway.commands.words import Words
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.statements import Statement, withdrawal
from gateway.statements.brought import KINDS, Brought, brought_by
from gateway.statements.withdrawal import Withdrawal

MOST_FILES: Final = 10  # named of those to be imported again
FOLLOWS: Final = {
    "containment": "where the unit was follows from what else was stated; alarms name their units anew",
    "empty": "what is inside follows from what else was stated; alarms name their units anew",
    "acknowledge": "the alarm asks for a person again, unless somebody else acknowledged it",
    "close": "the alarm is with people again",
    "take": "whoever had taken it before is on it again, or nobody",
    "assign": "it is whose it was before, or nobody's",
    "assessment": "an earlier word on it counts again, if there is one; an approval is of before",
    "disposition": "the unit has the disposition before it, or none; an approval is of before",
    "comment": "it does not stand on the alarm any more",
    "shelve": "what was shelved speaks again, unless an earlier word keeps it quiet",
    "unshelve": "what was shelved before is quiet again until its end",
    "out_of_service": "what was stated before about it counts again; without an approval its alarms speak",
    "drill": "it is over, if it went on; who was called hears it",
    "filling": "what was stated before about its filling counts again",
    "reset": "the budget counts as if it had not been reset; the record is amended",
    "handover": "the handover before it is the last one",
    "hold": "retention may delete what only it kept",
    "retry": "its readings stay in the journal and do not count; the record is amended. Mend the mapping, "
    "and use `cryogate refused --retry` again; sinks keep what they were sent",
    "import": "its readings stay in the journal and do not count; the record is amended. What came live "
    "counts, whether it came before or since; sinks keep what they were sent",
    "release": "the hold is in force again; what was deleted meanwhile stays deleted",
    "placement": "readings from then on belong where the channel was placed before; the record is amended",
    "proposal": "the version is not written from the pages any more; signatures of it stay",
    "person": "what was said of the person before holds again; who was never spoken of else is nobody",
    "roster": "the roster before holds again, where there was one",
    "stand_in": "whose turn it is follows from the roster again",
    "withdrawal": "what it took back counts again",
}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """`leaning`, `alarms`: statements made about the same since, and alarms: to be looked at again.

    `again`: what counts again because what replaced it was withdrawn.
    """

    stated: Stated
    statement: Statement
    again: Statement | None
    follows: str
    leaning: tuple[Statement, ...]
    alarms: tuple[str, ...]


def withdraw(desk: Desk, author: Author, identity: str, reason: str) -> Withdrawn:
    """Take the statement with this id back. Raises InputError where that cannot be."""
    if not reason.strip():
        raise InputError("a withdrawal needs a reason: add --reason TEXT")
    found: list[tuple[Statement, Statement | None, str, tuple[Statement, ...]]] = []

    def look() -> list[Statement]:
        words = Words(desk.journal)
        target = words.open_to_change(identity)
        again = words.find(target.corrects or target.withdraws)
        found.append((target, again, _follows(words, target), leaning.statements(words, target)))
        revising = Revising(withdraws=target.id, reason=reason)
        return [desk.draft(withdrawal, Withdrawal(), author, desk.clock.now_ns(), revising)]

    stated = desk.state(look)
    target, again, follows, since = found[-1]
    return Withdrawn(stated, target, again, follows, since, leaning.alarms(desk, target))


def _follows(words: Words, target: Statement) -> str:
    """What people bring is compared with what they brought, so what it shared with this has to come again."""
    follows = FOLLOWS.get(target.kind, "")
    files = sorted({one.words for one in _shared(words, target)})
    if not files:
        return follows
    named = ", ".join(files[:MOST_FILES]) + (
        f" and {len(files) - MOST_FILES} more" if files[MOST_FILES:] else ""
    )
    return f"{follows}. Brought since, about the same time; bring again what it shared with this: {named}"


def _shared(words: Words, target: Statement) -> Iterator[Brought]:
    """What was brought later and counts, of which readings may have been dropped as repeats of those of
    `target`."""
    said, is_later = brought_by(target), False
    if said is None:
        return
    mine = _channels(words, said)
    for one in words.of(*KINDS):
        other = brought_by(one)
        if is_later and other is not None and said.meets(other) and mine & _channels(words, other):
            yield other
        is_later = is_later or one.id == target.id


def _channels(words: Words, said: Brought) -> set[str]:
    """By identity: a channel may have been renamed between two imports."""
    return {words.names.identity("channels", name) for name in said.channels}
