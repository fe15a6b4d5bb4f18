"""Rows of the records that are damaged are made again from the journal.

An alarm is what its last transition says, where a transition stands is where the journal has it, and an
excursion that is over stands in its alarm. Cursors and saved states that are damaged count as not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.errors import CryogateError
from gateway.journal.alarm_causes import is_ongoing
from gateway.journal.alarm_tables import AlarmRow, TransitionRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.statements import Statement, transition

PAGE: Final = 500  # rows that are looked at in one go
LARGE_PAGE: Final = 8  # of those that may have 100 000 units, 3 MB
CLOSED: Final = "closed"  # the state of an alarm that needs nobody any more, as transitions have it


def rows_of(seq: int, statement: Statement) -> tuple[TransitionRow, AlarmRow]:
    """What the records keep of a transition, and of its alarm after it."""
    told = transition.of(statement.body)
    stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
    life = told.known["alarm"]
    alarm = AlarmRow(told.alarm, life["state"] == CLOSED, life["raised_ns"], told.number, told.known)
    return TransitionRow(seq, told.alarm, told.number, told.change, stated_ns, told.follows), alarm


class Remaking:
    """Of the records, with a journal; belongs to one thread.

    From now on the records give alarms whose rows are damaged as the journal has them.
    """

    def __init__(self, journal: Journal, records: Records) -> None:
        self._journal = journal
        self._records = records
        self._book = records.book
        self._book.remake = self.alarm
        self.forgotten = 0  # rows about what is parked: nothing can make them again
        self._after = 0  # the row behind which the next look goes on
        self._parts: list[Callable[[], tuple[int, int | None]]] = [
            self._transitions,
            self._alarms,
            self._units,
            self._excursions,
            self._assets,
            self._parked,
        ]

    def alarm(self, identity: str) -> AlarmRow | None:
        """As its last transition says; None where there is none that can be read."""
        seq = self._book.last_transition(identity)
        if seq is None:
            return None
        try:
            return rows_of(seq, self._journal.statement(seq))[1]
        except CryogateError:  # of the journal itself: whoever follows it is told
            return None

    def look(self) -> int:
        """Look at the next rows, one table after the other, and mend them; how many were damaged."""
        damaged, last = self._parts[0]()
        if last is None:
            self._parts.append(self._parts.pop(0))
        self._after = last or 0
        return damaged

    def _transitions(self) -> tuple[int, int | None]:
        damaged, last = self._book.damaged_transitions(self._after, PAGE)
        if damaged:
            sound = [rows_of(seq, self._journal.statement(seq))[0] for seq in damaged]
            with self._records.transaction():
                for row in sound:
                    self._book.put_transition(row)
        return len(damaged), last

    def _alarms(self) -> tuple[int, int | None]:
        damaged, last = self._book.damaged_alarms(self._after, PAGE)
        if damaged:
            with self._records.transaction():  # which may have written it again meanwhile
                self._book.drop_alarms(self._book.damaged_alarms(self._after, PAGE)[0])
                self._book.put_alarms(filter(None, map(self.alarm, self._book.missing_alarms())))
        return len(damaged), last

    def _units(self) -> tuple[int, int | None]:
        damaged, last = self._book.units.damaged(self._after, LARGE_PAGE)
        if damaged:
            with self._records.transaction():
                self._book.units.drop(damaged)
                self._book.put_alarms(filter(None, map(self.alarm, damaged.values())))
        return len(damaged), last

    def _assets(self) -> tuple[int, int | None]:
        damaged, last = self._book.unlisted_alarms(self._after, PAGE)
        if damaged:
            with self._records.transaction():
                self._book.put_alarms(filter(None, map(self._book.alarm, damaged.values())))
        return len(damaged), last

    def _parked(self) -> tuple[int, int | None]:
        """They say what the outside world answered, which no statement does."""
        forgotten, last = self._records.forget_damaged_parked(self._after, PAGE)
        self.forgotten += forgotten
        return 0, last

    def _excursions(self) -> tuple[int, int | None]:
        damaged, last = self._book.damaged_excursions(self._after, PAGE)
        if damaged:
            with self._records.transaction():
                alarms = filter(None, map(self._book.alarm, damaged.values()))
                known = [a.body for a in alarms if "excursion" in a.body and not is_ongoing(a.body)]
                self._book.drop_excursions(damaged)  # of those that go on the screener knows
                self._book.put_excursions(body["excursion"] for body in known)
        return len(damaged), last
