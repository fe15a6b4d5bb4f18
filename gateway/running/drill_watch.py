"""Drills of the schedules begin by themselves; what is overdue, failed or forged is a fault.

A check for the fault watch. What has failed is a fault until a later drill on the same asset passes; what is
forged, until somebody withdraws it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import tzinfo
from typing import Final

from gateway.alarming.faults import Fault
from gateway.alarms.drill_times import Schedule, is_overdue, may_begin
from gateway.alarms.drills import FAILED, PASSED, is_ours
from gateway.commands.author import Author
from gateway.commands.desk import Clock, Desk
from gateway.commands.drill import Wanted, begin
from gateway.config.types import Configuration
from gateway.errors import CryogateError, InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.signing_key import drill_key
from gateway.model import Severity
from gateway.questions.drills import GOES_ON, Due, Stood, due_of, standing
from gateway.statements import Statement
from gateway.times import format_rfc3339

CARRIED_OUT: Final = (PASSED, FAILED, GOES_ON)
LOOK_EVERY_S: Final = 5.0
BY_CONFIGURATION: Final = "configuration"  # origin of drills that nobody asked for by hand


class DrillWatch:
    """Asked once a second by one thread, with connections of its own."""

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal,
        records: Records,
        clock: Clock,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = Desk(configuration, journal, clock)
        self._records = records
        self._now_s = now_s
        self._next_s = now_s()
        self._found: list[Fault] = []
        self._ours: dict[str, bool] = {}  # by id of the statement, whether its seal is that of this gateway
        self._why_not: dict[str, str] = {}  # schedules whose drill could not begin

    def __call__(self) -> Iterator[Fault]:
        if self._now_s() >= self._next_s:
            self._next_s = self._now_s() + LOOK_EVERY_S
            with suppress(CryogateError):  # of journal and records other checks say so; what was known stays
                self._found = list(self._look(self._desk.clock.now_ns()))
        yield from self._found

    def _look(self, now_ns: int) -> Iterator[Fault]:
        every = standing(self._desk.journal, self._records, now_ns)
        yield from self._forged(every)
        ours = [one for one in every if self._is_believed(one)]
        yield from self._failed(ours)
        for schedule in self._desk.configuration.drills:
            due = due_of(schedule, self._desk.configuration, self._desk.journal, ours)
            if schedule.automatic and may_begin(schedule, due.zone, due.at_ns, now_ns):
                self._begin(schedule)
            elif is_overdue(schedule, due.at_ns, now_ns):
                yield self._overdue(schedule, due)

    def _begin(self, schedule: Schedule) -> None:
        wanted = Wanted(
            schedule.asset,
            schedule.channel,
            f"scheduled: {schedule.name}",
            schedule.within_s,
            schedule=schedule.name,
        )
        author = Author(self._desk.configuration.gateway.name, "", BY_CONFIGURATION)
        try:
            begin(self._desk, author, wanted, self._records)
            self._why_not.pop(schedule.name, None)
        except InputError as error:
            self._why_not[schedule.name] = str(error)

    def _overdue(self, schedule: Schedule, due: Due) -> Fault:
        message = (
            f"the drill {schedule.name} on {schedule.asset} has been due since {_shown(due.at_ns)}"
            f"{self._why_overdue(schedule, due.zone)}; begin one with "
            f"`cryogate drill --asset {schedule.asset}`"
        )
        return Fault(
            f"drill overdue:{schedule.name}", Severity.MINOR, message, site=self._site(schedule.asset)
        )

    def _why_overdue(self, schedule: Schedule, zone: tzinfo) -> str:
        """Of one that begins by itself."""
        if why := self._why_not.get(schedule.name, ""):
            return f", and could not begin: {why}"
        if not schedule.automatic:
            return ""
        return (
            ": the gateway did not run at its time, or the drill of then was taken back; it begins by itself "
            f"within the hour from {schedule.at:%H:%M} on, {zone}"
        )

    def _failed(self, every: list[Stood]) -> Iterator[Fault]:
        """Of each asset the last drill that was carried out. No product is in danger because of it."""
        last = {one.drill.asset: one for one in every if one.state in (PASSED, FAILED)}
        for asset, one in last.items():
            if one.state == FAILED:
                message = (
                    f"drill {one.drill.id} on {asset} of {_shown(one.statement.at_ns)} failed: see "
                    f"`cryogate drill --report {one.drill.id}`, mend it, and begin another one"
                )
                yield Fault(f"drill failed:{asset}", Severity.MAJOR, message, site=self._site(asset))

    def _site(self, asset: str) -> str:
        """Empty of an asset that has left the configuration."""
        known = self._desk.configuration.assets.get(asset)
        return "" if known is None else known.site

    def _forged(self, every: list[Stood]) -> Iterator[Fault]:
        for one in every:
            if one.counts and not self._is_believed(one):
                message = (
                    f"statement {one.statement.id} by {one.statement.by} says to be drill {one.drill.id}, "
                    "and this gateway never sealed it: nothing was begun; find out who stated it, then "
                    f"`cryogate withdraw {one.statement.id}`"
                )
                yield Fault(f"drill forged:{one.statement.id}", Severity.MAJOR, message)

    def _is_believed(self, one: Stood) -> bool:
        """What was carried out was believed then, whatever has become of the key."""
        return one.state in CARRIED_OUT or self._is_ours(one.statement)

    def _is_ours(self, statement: Statement) -> bool:
        if statement.id not in self._ours:
            journal = self._desk.journal
            self._ours[statement.id] = is_ours(statement, journal.id, drill_key(journal.path.parent))
        return self._ours[statement.id]


def _shown(at_ns: int) -> str:
    return f"{format_rfc3339(at_ns)[:16]}Z"
