"""One excursion as the journal knows it: what all facts of its report are gathered from.

Nothing here looks at the configuration file: places, limits, names and calibrations are those that the
journal says for the time of the excursion.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from gateway.alarming.entry import cause_of
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER
from gateway.dataclass import dataclass
from gateway.dossier.course import Course
from gateway.dossier.state import State, state_of
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND
from gateway.questions.history import find
from gateway.screening.excursion import Excursion
from gateway.screening.rules import Limit
from gateway.statements import Statement, transition
from gateway.statements.transition import Transition

LEAST_BESIDE_NS: Final = 600 * SECOND  # of what is shown before and after an excursion
MOST_BESIDE_NS: Final = 86_400 * SECOND
Change = tuple[int, Statement, Transition]
"""An entry of the journal, and the change of the alarm that it states."""


@dataclass(frozen=True)
class Case:
    """`known`: the alarm as it was stored last; `shown`: the time of chart and samples."""

    as_of: State
    alarm: str
    changes: tuple[Change, ...]
    known: Mapping[str, Any]
    found: Excursion

    @property
    def journal(self) -> Journal:
        return self.as_of.journal

    @property
    def timeline(self) -> Timeline:
        return self.as_of.timeline

    @property
    def is_open(self) -> bool:
        return self.found.end_ns is None and not self.found.withdrawn

    @property
    def end_ns(self) -> int:
        """Of the excursion; of one that goes on, the state of the journal."""
        if self.found.end_ns is not None:
            return self.found.end_ns
        return max(self.as_of.at_ns, self.found.last_ns, self.found.start_ns + 1)

    @property
    def identity(self) -> str:
        """Of its channel."""
        found = self.timeline.identity_of(self.found.channel)
        if found is None:
            raise InputError(f"no configuration in the journal knows the channel of alarm {self.alarm}")
        return found

    @cached_property
    def shown(self) -> tuple[int, int]:
        """With some time on both sides, as far as the channel measured the same asset."""
        start_ns, end_ns = self.found.start_ns, self.end_ns
        beside_ns = min(max((end_ns - start_ns) // 4, LEAST_BESIDE_NS), MOST_BESIDE_NS)
        moves = [placed.from_ns for placed in self.timeline.placements(self.identity)]
        since_ns = max(ns for ns in moves if ns <= start_ns)
        until_ns = min((ns for ns in moves if ns > start_ns), default=FOREVER)
        latest_ns = max(end_ns, min(end_ns + beside_ns, self.as_of.at_ns))
        return max(start_ns - beside_ns, since_ns), min(latest_ns, until_ns)

    @cached_property
    def course(self) -> Course:
        """Its channel over the shown time."""
        return Course(self.as_of, self.identity, *self.shown)

    @property
    def limit(self) -> Limit | None:
        """The limit that the excursion is about; None where its rule has none."""
        return self.as_of.measures.limit_of(self.found)

    @cached_property
    def configured(self) -> tuple[int, Statement]:
        """The entry with the configuration that decided at its start."""
        return self.as_of.configured(self.found.start_ns)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """That configuration."""
        return self.as_of.document(self.found.start_ns)


def case_of(journal: Journal, records: Records, start: str, as_of: str | None = None) -> Case:
    """Of the alarm whose id begins with `start`. Raises InputError where it is not one, or no excursion."""
    row = find(records, start)
    return case_in(state_of(journal, as_of), records, row)


def case_in(state: State, records: Records, row: AlarmRow) -> Case:
    """Of an alarm, for whoever has the state of the journal already."""
    changes = tuple(_changes(state, records, row.id))
    if not changes and not state.is_now:
        raise InputError(f"alarm {row.id} was not there at entry {state.seq}")
    known: Mapping[str, Any] = changes[-1][2].known if changes else row.body
    found = cause_of(known)
    if not isinstance(found, Excursion):
        raise InputError(f"alarm {row.id} is no excursion: give --asset, --unit or --year for other reports")
    # No entry is made of an alarm that merely goes on.
    if state.is_now and found.end_ns is None and not found.withdrawn:
        known, found = row.body, cause_of(row.body)
        assert isinstance(found, Excursion)
    return Case(state, row.id, changes, known, found)


def _changes(state: State, records: Records, alarm: str) -> list[Change]:
    stated = [(row.seq, state.journal.statement(row.seq)) for row in records.book.transitions(alarm)]
    return [(seq, said, transition.of(said.body)) for seq, said in stated if seq <= state.seq]
