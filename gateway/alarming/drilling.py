"""Drills as the alarm book has them: when one begins, what it raises, and when it is over by itself.

A drill begins once the clock has reached its time. It is over when it is acknowledged, when its longest time
has passed, or when its statement is withdrawn. Both are transitions of its alarm: a later start finds them.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator

from gateway.alarming.entry import AlarmPlace, Entry
from gateway.alarms import lifecycle
from gateway.alarms.drills import FAILED, PASSED, WITHDRAWN, Rehearsed, StatedDrill
from gateway.alarms.lifecycle import Acknowledgement
from gateway.config.timeline import Timeline
from gateway.dataclass import dataclass
from gateway.model import SECOND, to_ns
from gateway.statements import Statement
from gateway.statements import drill as drills
from gateway.statements.drill import Drill
from gateway.times import format_rfc3339

log = logging.getLogger(__name__)
Try = Callable[[Statement, Timeline, int], Rehearsed | None]
"""What a drill's reading raises at a moment; None: this gateway never asked for it."""


@dataclass(frozen=True, slots=True)
class End:
    """How a drill is over, and what is said about it."""

    outcome: str
    why: str


def untried(_said: Statement, _timeline: Timeline, _now_ns: int) -> Rehearsed | None:
    """Of a book without a gateway: it believes nobody."""
    return None


class Drills:
    """By the word of everything that was heard so far."""

    def __init__(
        self,
        timeline: Timeline,
        counts: Callable[[str], bool],
        known: Callable[[str], Entry | None],
        tried: Try,
    ) -> None:
        """`counts`: whether the statement of an id is in effect; `known`: the alarm of an id."""
        self._timeline = timeline
        self._counts = counts
        self._known = known
        self._try = tried
        self._unsettled: dict[str, tuple[Statement, Drill]] = {}  # by id of the drill

    def hear(self, statement: Statement) -> None:
        """Any statement; the first one of a drill counts."""
        if statement.kind == drills.KIND:
            said = drills.of(statement.body)
            self._unsettled.setdefault(said.id, (statement, said))

    def begin(self, now_ns: int) -> Iterator[tuple[Statement, Entry, str]]:
        """Those whose time has come, each with its alarm, and why it has failed already."""
        for statement, said in list(self._unsettled.values()):
            if statement.at_ns > now_ns or not self._counts(statement.id) or self._known(said.id):
                continue
            rehearsed = self._try(statement, self._timeline, now_ns)
            if rehearsed is None:
                log.error("drill %s is none: its seal is not that of this gateway", said.id)
                del self._unsettled[said.id]
                continue
            place = self._place(said, now_ns)
            yield statement, _entry(statement, said, rehearsed, place, now_ns), rehearsed.problem

    def end(self, now_ns: int) -> Iterator[tuple[str, Entry, End]]:
        """Those that are over, each with the statement because of which it is."""
        for statement, said in list(self._unsettled.values()):
            entry = self._known(said.id)
            if entry is None or not isinstance(entry.cause, StatedDrill):
                continue
            over = None if entry.cause.outcome else self._over(statement, entry, entry.cause, now_ns)
            if over is not None:
                yield statement.id, entry, over
            if entry.cause.outcome:
                del self._unsettled[said.id]

    def _over(self, statement: Statement, entry: Entry, cause: StatedDrill, now_ns: int) -> End | None:
        if not self._counts(statement.id):
            return End(WITHDRAWN, "the drill was withdrawn")
        said = entry.alarm.acknowledgements[:1]
        if said and said[0].at_ns <= cause.until_ns:
            after_s = (said[0].at_ns - cause.start_ns) / SECOND
            return End(PASSED, f"drill passed: {said[0].by} acknowledged it after {after_s:.0f} s")
        if said or now_ns >= cause.until_ns:
            within_s = (cause.until_ns - cause.start_ns) / SECOND
            after_s = (entry.alarm.raised_ns - cause.start_ns) / SECOND
            why = "nobody acknowledged it"
            if after_s >= within_s:
                why = f"the gateway was behind and raised it after {after_s:.0f} s, so nobody could answer"
            return End(FAILED, f"drill failed: {why} within {within_s:.0f} s")
        return None

    def _place(self, said: Drill, now_ns: int) -> AlarmPlace:
        number = self._timeline.numbers.get(said.channel)
        found = None if number is None else self._timeline.place_of(number, now_ns)
        if found is None:
            return AlarmPlace(said.channel, asset=said.asset)
        return AlarmPlace.of(found)


def settle(entry: Entry, over: End, gateway: str, now_ns: int) -> None:
    """The drill is over, and its alarm needs nobody."""
    assert isinstance(entry.cause, StatedDrill)
    entry.cause = dataclasses.replace(entry.cause, outcome=over.outcome, end_ns=now_ns)
    entry.alarm = lifecycle.settle(entry.alarm, Acknowledgement(gateway, now_ns, over.why))


def is_settled(entry: Entry) -> bool:
    """Whether it is a drill that is over: whatever becomes known later, it asks nobody."""
    return isinstance(entry.cause, StatedDrill) and entry.cause.outcome != ""


def _entry(statement: Statement, said: Drill, found: Rehearsed, place: AlarmPlace, now_ns: int) -> Entry:
    until_ns = statement.at_ns + to_ns(said.within_s)
    cause = StatedDrill(
        said.id,
        f"drill:{said.id}",
        found.severity,
        _message(statement, said, found, until_ns),
        (said.asset,),
        statement.at_ns,
        until_ns,
        statement.by,
        found.rule,
        found.version,
        found.value,
        said.schedule,
    )
    return Entry(cause, lifecycle.raised(said.id, now_ns), place, None)


def _message(statement: Statement, said: Drill, found: Rehearsed, until_ns: int) -> str:
    what = found.problem or f"a test reading at {said.channel} raises {found.rule}"
    ends = f"acknowledge it until {format_rfc3339(until_ns)[:19]}Z"
    why = f" ({said.why})" if said.why else ""
    return f"DRILL by {statement.by}{why}: {what}; {ends}; nothing is in danger"
