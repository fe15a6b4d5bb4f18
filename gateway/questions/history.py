"""What was known of an alarm when, and what changed it: its transitions, as the journal has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.errors import InputError, StatementError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.identity import name_of
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.standing import Standing
from gateway.published.alarm import of_known
from gateway.statements import Statement, transition
from gateway.statements.kinds import kind_of
from gateway.times import format_rfc3339

Published = Callable[[Mapping[str, Any], int], dict[str, Any]]
"""`published.alarm.of_known`, or `of_known_in_parts`."""
LONGEST_NUMBER = 18  # digits of an entry's number
MOST_NAMED = 10  # alarms whose id begins alike, in a message


def find(records: Records, start: str) -> AlarmRow:
    """The only alarm whose id begins with `start`. Raises InputError where there is none, or several."""
    if not start.strip():
        raise InputError("which alarm? give its id, or the start of it; `cryogate alarms --all` lists them")
    found = records.book.starting_with(start, MOST_NAMED + 1) if start.isascii() else []
    if not found:
        raise InputError(f"there is no alarm {start}; `cryogate alarms --all` lists them")
    if len(found) > 1 and start.upper() not in map(str.upper, found):
        raise InputError(f"{start} is the start of {', '.join(found[:MOST_NAMED])}; give more of it")
    row = records.book.alarm(next((i for i in found if i.upper() == start.upper()), found[0]))
    assert row is not None
    return row


def history(
    journal: Journal, records: Records, identity: str, published: Published = of_known
) -> Iterator[dict[str, Any]]:
    """Every transition of an alarm, oldest first, with what was known after it and what it follows from.

    One after the other: each names every unit.
    """
    return (_public(journal, row.seq, published) for row in records.book.transitions(identity))


def _public(journal: Journal, seq: int, published: Published) -> dict[str, Any]:
    statement = journal.statement(seq)
    told = transition.of(statement.body)
    stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
    return {
        "number": told.number,
        "change": told.change,
        "entry": name_of(journal.identities())(seq),
        "recorded": format_rfc3339(stated_ns),
        "follows": told.follows,
        "configuration": told.configuration,
        "version": told.version,
        "because": _because(journal, told.because),
        "known": published(told.known, told.number),
    }


def _because(journal: Journal, identity: str) -> dict[str, Any] | None:
    """The statement that a transition follows from, in words; None where it follows from readings."""
    found = _statement(journal, identity)
    if found is None:
        return None
    taken_back = _statement(journal, found.withdraws)
    told = cause_in_words(found)
    if taken_back is not None:
        told["words"] = f"withdrew what {taken_back.by} stated: {cause_in_words(taken_back)['words']}"
    return told


def _statement(journal: Journal, identity: str) -> Statement | None:
    """By its id: the one that its entry gives it, or the one of a key that somebody gave."""
    number = identity.rpartition("-")[2]
    found = journal.statement(int(number)) if number.isdecimal() and len(number) <= LONGEST_NUMBER else None
    if found is not None and found.id == identity:
        return found
    return Standing(journal).find(identity)


def cause_in_words(statement: Statement) -> dict[str, Any]:
    """Who said what, when and why."""
    try:
        kind = kind_of(statement)
        words = kind.words(kind.of(statement.body))
    except StatementError as error:
        words = str(error)
    return {
        "id": statement.id,
        "kind": statement.kind,
        "by": statement.by,
        "at": format_rfc3339(statement.at_ns),
        "words": words,
        "reason": statement.reason,
        "origin": statement.origin,
    }
