"""One excursion as the journal knows it: what all facts of its report are gathered from.

Nothing here looks at the configuration file: places, limits, names and calibrations are those that the
journal says for the time of the excursion.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from gateway.alarming.course import plan_over
from gateway.alarming.entry import cause_of
from gateway.alarming.judge import Judge
from gateway.alarming.measure import Measures
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import FOREVER
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND, Samples
from gateway.questions.history import find
from gateway.screening.excursion import Excursion
from gateway.screening.gaps import Gaps
from gateway.screening.plan import Plan
from gateway.screening.rules import Limit
from gateway.statements import Statement, configuration, transition
from gateway.statements.transition import Transition

LEAST_BESIDE_NS: Final = 600 * SECOND  # of what is shown before and after an excursion
MOST_BESIDE_NS: Final = 86_400 * SECOND
Change = tuple[int, Statement, Transition]
"""An entry of the journal, and the change of the alarm that it states."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The state of the journal that a report tells: up to this entry. `head`: of its chain, None without."""

    seq: int
    at_ns: int
    head: str | None


@dataclass(frozen=True)
class Case:
    """`known`: the alarm as it was stored last; `shown`: the time of chart and samples."""

    journal: Journal
    timeline: Timeline
    plan: Plan
    as_of: AsOf
    alarm: str
    changes: tuple[Change, ...]
    known: Mapping[str, Any]
    found: Excursion

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
    def around(self) -> Samples:
        """Of its channel over the shown time and a gap on both sides, as rules saw them."""
        gap_ns, (start_ns, end_ns) = int(self.gaps.longest[0]), self.shown
        return Judge(self.plan, self.read).readings(self.found.channel, start_ns - gap_ns, end_ns + gap_ns)

    @cached_property
    def samples(self) -> Samples:
        """Of its channel over the shown time, as rules saw them."""
        time, (start_ns, end_ns) = self.around.time, self.shown
        return self.around.take(slice(*np.searchsorted(time, (start_ns, end_ns)).tolist()))

    @property
    def limit(self) -> Limit | None:
        """The limit that the excursion is about; None where its rule has none."""
        return Measures(self.plan, self.read).limit_of(self.found)

    @property
    def gaps(self) -> Gaps:
        """How long a silence of its channel may be bridged."""
        return Gaps.of(c for c in self.plan.channels if c.channel == self.found.channel)

    @cached_property
    def configured(self) -> tuple[int, Statement]:
        """The entry with the configuration that decided at its start."""
        step = self.timeline.step_at(self.found.start_ns)
        assert step is not None  # its channel stands in one
        return step.stated_seq, self.journal.statement(step.stated_seq)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """That configuration."""
        content: dict[str, Any] = json.loads(configuration.of(self.configured[1].body).document)
        return content

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        """As the journal was."""
        return self.journal.read(channels, start_ns, end_ns, self.as_of.seq).samples


def case_of(journal: Journal, records: Records, start: str) -> Case:
    """Of the alarm whose id begins with `start`. Raises InputError where it is not one, or no excursion."""
    as_of = _as_of(journal)
    row = find(records, start)
    changes = tuple(_changes(journal, records, row.id, as_of.seq))
    known: Mapping[str, Any] = changes[-1][2].known if changes else row.body
    found = cause_of(known)
    if not isinstance(found, Excursion):
        raise InputError(f"alarm {row.id} is no excursion: reports are made of excursions so far")
    if found.end_ns is None and not found.withdrawn:  # no entry is made of an alarm that merely goes on
        known, found = row.body, cause_of(row.body)
        assert isinstance(found, Excursion)
    timeline = timeline_of(journal, as_of.seq)
    plan = plan_over(timeline, only=timeline.identity_of(found.channel) or "")
    return Case(journal, timeline, plan, as_of, row.id, changes, known, found)


def _as_of(journal: Journal) -> AsOf:
    link = journal.head()
    seq = journal.last_seq() if link is None else link.last_seq
    last = journal.entries(seq - 1, 1)
    return AsOf(seq, last[0].committed_ns if last else 0, None if link is None else link.head)


def _changes(journal: Journal, records: Records, alarm: str, until_seq: int) -> list[Change]:
    stated = [(row.seq, journal.statement(row.seq)) for row in records.book.transitions(alarm)]
    return [(seq, said, transition.of(said.body)) for seq, said in stated if seq <= until_seq]
