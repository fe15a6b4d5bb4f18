"""Changes of alarms as the journal states them: transitions, by the numbers of their entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from gateway.alarms.change import AlarmChange
from gateway.alarms.member import SPEAKS_AGAIN
from gateway.alarms.priority import severity_of
from gateway.followers.feeds import Changes, Page
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.notifiers.words import is_answered
from gateway.statements import parked, transition
from gateway.times import parse_rfc3339

AMENDED: Final = "amended"
ANSWERS: Final = ("acknowledged", "taken")
MOST_LATELY: Final = 500  # transitions, as many as are stated in a second or two
Publish = Callable[[Mapping[str, Any], int], dict[str, Any]]
"""What was known of an alarm, in its stored form, and its transition's number -> the published shape."""


class Transitions:
    """With what was decided about `follower` in between; None: nobody decides here."""

    def __init__(
        self, journal: Journal, records: Records, publish: Publish, follower: str | None = None
    ) -> None:
        self._journal = journal
        self._records = records
        self._publish = publish
        self._follower = follower
        self._first_starts: dict[str, int] = {}  # ns UTC: where an alarm was first said to start, by its id

    def page(self, after: int, most: int) -> Page[Changes] | None:
        """Ends with a decision, so that what was parked before it can be told again behind its items.

        What version 0.1.0 told, and is stated again for the upgrade, is passed over.
        """
        found = list(islice(self._journal.statements(transition.KIND, after), most))
        decided = self._decision(after)
        if decided is not None and (len(found) < most or decided[0] < found[-1][0]):
            found = [(seq, statement) for seq, statement in found if seq < decided[0]]
        else:
            decided = None
        if decided is None and not found:
            return None
        changes = [self._change(seq, statement) for seq, statement in found if not _is_old(statement)]
        last, decision = (found[-1][0], None) if decided is None else decided
        return Page(changes, after, last, changes[0].recorded_ns if changes else None, decision)

    def behind(self, after: int) -> int:
        return self._journal.count(transition.KIND, after)

    def end(self) -> int:
        return self._journal.last_seq()

    def again(self, numbers: Iterable[int]) -> list[AlarmChange]:
        return [self._change(seq, self._journal.statement(seq)) for seq in sorted(numbers)]

    def _decision(self, after: int) -> tuple[int, parked.Decision] | None:
        """The next one."""
        if self._follower is None:
            return None
        for seq, statement in self._journal.statements(parked.KIND, after):
            said = parked.of(statement.body)
            if said.follower == self._follower:
                return seq, said.decision
        return None

    def _change(self, seq: int, statement: Statement) -> AlarmChange:
        said = transition.of(statement.body)
        alarm = self._publish(said.known, said.number)
        recorded_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        start_ns = self._first_start_ns(said, alarm)
        return AlarmChange(seq, said.change, recorded_ns, start_ns, alarm, self._worsened(seq, said, alarm))

    def _worsened(self, seq: int, said: transition.Transition, alarm: Mapping[str, Any]) -> bool:
        """Than before, or, once it is no longer quiet, than it was when somebody answered."""
        if said.change not in (AMENDED, SPEAKS_AGAIN) or alarm.get("overlay") or not is_answered(alarm):
            return False
        earlier = self._earlier(seq, said)
        if said.change == SPEAKS_AGAIN:
            earlier = (one for one in earlier if one.change in ANSWERS)
        before = next(earlier, None)
        if before is None:
            return False
        return severity_of(self._publish(before.known, before.number)) < severity_of(alarm)

    def _earlier(self, seq: int, said: transition.Transition) -> Iterator[transition.Transition]:
        """Transitions of the same alarm, newest first; the records may not have the newest ones yet."""
        rows = [row for row in self._records.book.transitions(said.alarm) if row.number < said.number]
        known = rows[-1].number if rows else 0
        if known < said.number - 1:
            lately = islice(self._journal.newest_statements(transition.KIND, seq), MOST_LATELY)
            found = (transition.of(statement.body) for _, statement in lately)
            yield from (one for one in found if one.alarm == said.alarm and one.number > known)
        for row in reversed(rows):
            yield transition.of(self._journal.statement(row.seq).body)

    def _first_start_ns(self, said: transition.Transition, alarm: Mapping[str, Any]) -> int:
        """Of alarms that were raised before we came the records know where that was stated."""
        if said.alarm not in self._first_starts:
            first = None if said.number == 1 else self._records.book.first_transition(said.alarm)
            if first is not None:
                alarm = self._publish(transition.of(self._journal.statement(first).body).known, 1)
            self._first_starts[said.alarm] = parse_rfc3339(alarm["start"])
        return self._first_starts[said.alarm]


def _is_old(statement: Statement) -> bool:
    return transition.of(statement.body).because == transition.UPGRADE
