"""Statements of several kinds in the order they were made."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from gateway.journal.journal import Journal
from gateway.statements import Statement


def said(journal: Journal, *kinds: str, after_seq: int = 0) -> Iterator[Statement]:
    """Those of any of `kinds` behind `after_seq`, in the journal's order."""
    return (statement for _, statement in numbered(journal, *kinds, after_seq=after_seq))


def numbered(journal: Journal, *kinds: str, after_seq: int = 0) -> Iterator[tuple[int, Statement]]:
    """The same, each with the number of its entry."""
    every = (journal.statements(kind, after_seq) for kind in dict.fromkeys(kinds))
    return heapq.merge(*every, key=lambda numbered: numbered[0])
