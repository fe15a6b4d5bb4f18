"""Statements of several kinds in the order they were made."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final

from gateway.journal.journal import Journal
from gateway.statements import Statement, attempt, call, notification, progress, transition
from gateway.statements.kinds import check_known, kinds

MADE_AGAIN: Final = {
    transition.KIND,
    notification.KIND,
    call.KIND,
    attempt.KIND,
    progress.KIND,
}  # many, and nothing else decides by them


def said(journal: Journal, *kinds: str, after_seq: int = 0) -> Iterator[Statement]:
    """Those of any of `kinds` behind `after_seq`, in the journal's order."""
    return (statement for _, statement in numbered(journal, *kinds, after_seq=after_seq))


def numbered(journal: Journal, *kinds: str, after_seq: int = 0) -> Iterator[tuple[int, Statement]]:
    """The same, each with the number of its entry."""
    every = (journal.statements(kind, after_seq) for kind in dict.fromkeys(kinds))
    return heapq.merge(*every, key=lambda numbered: numbered[0])


def check_readable(journal: Journal) -> None:
    """Whether every statement that decides about the past can be read, each by its kind's own file.

    Raises JournalError for a damaged one, StatementError for one of a newer version.
    """
    check_known(journal.statement_kinds())
    for name, kind in kinds().items():
        if name not in MADE_AGAIN:
            for _, statement in journal.statements(name):
                kind.of(statement.body)
