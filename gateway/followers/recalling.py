"""A call book that is told what the journal says: from where the caller saved it, or from the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from gateway.alarms.callbook import KINDS, CallBook
from gateway.alarms.duty import KINDS as DUTY_KINDS
from gateway.alarms.duty import Duty
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.journal.said import numbered

NAME: Final = "calls"  # of the caller as a follower of the journal


def recall(book: CallBook, journal: Journal, records: Records) -> None:
    """All that the journal says about calls, for whoever only looks."""
    saved = records.saved(NAME)
    if saved is not None:
        book.take_over(saved[1])
    recall_people(book.duty, journal, book.seq)
    book.look_at_people()
    for seq, statement in in_order(journal, KINDS, book.seq, journal.last_seq()):
        book.hear(seq, statement)


def recall_people(duty: Duty, journal: Journal, until: int) -> None:
    """People and rosters as stated up to an entry."""
    for _, statement in in_order(journal, DUTY_KINDS, 0, until):
        duty.hear(statement)


def in_order(
    journal: Journal, kinds: Iterable[str], after: int, until: int
) -> Iterator[tuple[int, Statement]]:
    """Statements of these kinds behind one entry, up to another."""
    return takewhile(lambda pair: pair[0] <= until, numbered(journal, *kinds, after_seq=after))
