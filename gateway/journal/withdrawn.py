"""Readings of imports and retries that were withdrawn: they stay in the log, and do not count.

Their readings are the entries right before its statement that were committed with it. Which ones do not
count follows from the statements alone, as they were after any entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.journal import entries
from gateway.journal.archive import Archive
from gateway.journal.counting import ALL_COUNT, Ranges
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection, all_rows
from gateway.journal.hours import LAST_SEQ
from gateway.statements import Statement, withdrawal
from gateway.statements.brought import KINDS
from gateway.statements.effect import Effects
from gateway.statements.kinds import why_final

PAGE: Final = 500
FIRST_STEP: Final = 500  # entries of one; each step back takes four times as many
_COMMITTED: Final = "SELECT seq, committed_ns FROM entry WHERE seq > ? AND seq < ? AND hour IS NOT NULL"
_OF_A_JOURNAL: Final = re.compile(r"[0-9A-Z]{8}-(\d{1,18})")


class Withdrawn:
    """Looks for new withdrawals each time it is asked: one step in an index where there are none."""

    def __init__(self, connection: Connection, archive: Archive) -> None:
        self._connection = connection
        self._archive = archive
        self._seen_seq = 0
        self._stated: list[tuple[int, Statement]] = []  # withdrawals that bear on what was brought
        self._brought: dict[str, tuple[Statement, tuple[int, int]]] = {}

    def ranges(self, until_seq: int) -> Ranges:
        """What does not count, as it was after entry `until_seq`."""
        self._hear()
        stated = [statement for seq, statement in self._stated if seq <= until_seq]
        if not stated:
            return ALL_COUNT
        effects = Effects()
        for statement in (*(one for one, _ in self._brought.values()), *stated):
            effects.hear(statement)
        return tuple(
            entries_of for name, (_, entries_of) in self._brought.items() if not effects.counts(name)
        )

    def _hear(self) -> None:
        damaged = self._archive.damaged
        while page := entries.of_kind(self._connection, withdrawal.KIND, self._seen_seq, PAGE, damaged):
            for entry in page:
                if entry.statement is not None and self._bears(entry.statement):
                    self._stated.append((entry.seq, entry.statement))
            self._seen_seq = page[-1].seq

    def _bears(self, statement: Statement) -> bool:
        """Whether it takes what was brought back, or lets it count again."""
        found = withdrawn_readings(self._connection, statement, self._archive.damaged)
        if found is None:
            return False
        seq, target = found
        if target.id not in self._brought:
            self._brought[target.id] = (target, (self._first_of(seq), seq - 1))
        return True

    def _first_of(self, seq: int) -> int:
        """The first entry of readings that were committed with statement `seq`.

        It states its readings alone: rows NO_DATA have entries, too, and are not counted there.
        """
        (own,) = entries.between(self._connection, seq - 1, seq)
        first, looked_from, step = seq, seq, FIRST_STEP
        while first == looked_from and first > 1:
            looked_from, step = max(1, first - step), step * 4
            committed = dict(self._committed(looked_from - 1, first))
            while committed.get(first - 1) == own.committed_ns:
                first -= 1
        return first

    def _committed(self, behind: int, before: int) -> Iterator[tuple[int, int]]:
        """Number and time of commit of entries of readings, archived or not."""
        yield from all_rows(self._connection, _COMMITTED, (behind, before))
        while (segment := self._archive.segment_behind(behind)) and segment.first_seq < before:
            contents = self._archive.contents(segment)
            yield from zip(contents.seq.tolist(), contents.committed.tolist(), strict=True)
            behind = segment.last_seq


def withdrawn_readings(
    connection: Connection, statement: Statement, damaged: Damaged | None = None
) -> tuple[int, Statement] | None:
    """Number and statement of the import or retry that a withdrawal, or one of a withdrawal, is about."""
    for seq, target in _targets(connection, statement, damaged):
        if target.kind in KINDS and not why_final(target):
            return seq, target
    return None


def _targets(
    connection: Connection, statement: Statement, damaged: Damaged | None
) -> Iterator[tuple[int, Statement]]:
    """What it is against, and what that is against; older each time."""
    before = LAST_SEQ
    while match := _OF_A_JOURNAL.fullmatch(statement.withdraws):
        seq = int(match[1])
        if not 0 < seq < before:
            return
        found = list(entries.between(connection, seq - 1, seq, damaged))
        if not found or found[0].statement is None:
            return
        before, statement = seq, found[0].statement
        yield seq, statement
