"""Changes of alarms as the journal states them: transitions, by the numbers of their entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from gateway.alarms.change import AlarmChange
from gateway.followers.feeds import Changes, Page
from gateway.journal.journal import Journal, Statement
from gateway.statements import parked, transition
from gateway.times import parse_rfc3339

Publish = Callable[[Mapping[str, Any], int], dict[str, Any]]
"""What was known of an alarm, in its stored form, and its transition's number -> the published shape."""


class Transitions:
    """With what was decided about `follower` in between; None: nobody decides here."""

    def __init__(self, journal: Journal, publish: Publish, follower: str | None = None) -> None:
        self._journal = journal
        self._publish = publish
        self._follower = follower
        self._first_starts: dict[str, int] = {}  # ns UTC: where an alarm was first said to start, by its id
        self._looked_until = 0  # every transition up to this entry was looked at for them

    def page(self, after: int, most: int) -> Page[Changes] | None:
        """Ends with a decision, so that what was parked before it can be told again behind its items."""
        found = list(islice(self._journal.statements(transition.KIND, after), most))
        decided = self._decision(after)
        if decided is not None and (len(found) < most or decided[0] < found[-1][0]):
            found = [(seq, statement) for seq, statement in found if seq < decided[0]]
        else:
            decided = None
        changes = [self._change(seq, statement) for seq, statement in found]
        oldest_ns = changes[0].recorded_ns if changes else None
        if decided is not None:
            return Page(changes, after, decided[0], oldest_ns, decided[1])
        return Page(changes, after, changes[-1].number, oldest_ns) if changes else None

    def behind(self, after: int) -> int:
        return self._journal.count(transition.KIND, after)

    def end(self) -> int:
        return self._journal.last_seq()

    def again(self, numbers: Iterable[int]) -> list[AlarmChange]:
        return [
            self._change(seq, statement)
            for number in sorted(numbers)
            for seq, statement in islice(self._journal.statements(transition.KIND, number - 1), 1)
            if seq == number
        ]

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
        start_ns = parse_rfc3339(alarm["start"])
        if said.number == 1:
            self._first_starts[said.alarm] = start_ns
        elif said.alarm not in self._first_starts:
            self._look_for_first_starts(seq)
        recorded_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        first_ns = self._first_starts.get(said.alarm, start_ns)
        return AlarmChange(seq, said.change, recorded_ns, first_ns, alarm)

    def _look_for_first_starts(self, until: int) -> None:
        """Once after a start: alarms that were raised before it."""
        for seq, statement in self._journal.statements(transition.KIND, self._looked_until):
            if seq > until:
                return
            self._looked_until = seq
            said = transition.of(statement.body)
            if said.number == 1:
                known = self._publish(said.known, said.number)
                self._first_starts[said.alarm] = parse_rfc3339(known["start"])
