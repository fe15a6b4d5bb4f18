"""The alarm book: each excursion and fault with what was inside and what people did about it.

Fed in the journal's order by one thread. Whatever happens is a transition, to be stated in the journal with
what was known then; that an open excursion merely went on is none. What was stated before is taken from
there, never computed again.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from gateway.alarming.drilling import Drills, End, Try, is_settled, settle, untried
from gateway.alarming.entry import AlarmPlace, Cause, Entry, Units
from gateway.alarming.kept import Kept
from gateway.alarming.legacy import old_ids
from gateway.alarming.measure import Measures
from gateway.alarming.memory import HANDLING, QUIETING
from gateway.alarming.news import News, Origin
from gateway.alarming.people import CHANGES, alarm_meant, follow
from gateway.alarming.reasons import Heard
from gateway.alarming.resets import StatedReset
from gateway.alarming.steps import (
    AMENDED,
    CLOSED,
    LOOK,
    SPEAKS,
    TAKEN_BACK,
    asks_again,
    is_withdrawn,
    steps,
)
from gateway.alarming.still_silent import SILENCE, StillSilent
from gateway.alarming.surroundings import Surroundings
from gateway.alarming.touched import Touched
from gateway.alarms import lifecycle
from gateway.alarms.drills import FAILED
from gateway.alarms.fault import StatedFault
from gateway.alarms.lifecycle import AlarmState
from gateway.alarms.overlay import Quiet, next_window_ns
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER, FOREVER_PAST
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.model import Mask, Samples
from gateway.screening.excursion import Excursion
from gateway.screening.record import Change
from gateway.statements import Statement, configuration, containment, reset, withdrawal
from gateway.statements import fault as faults
from gateway.statements.effect import Effects
from gateway.statements.transition import UPGRADE
from gateway.traceability.exposure import same_stays

log = logging.getLogger(__name__)


class AlarmBook:
    """Alarms by id: in memory while they go on, all of them in the records."""

    def __init__(
        self,
        timeline: Timeline,
        records: Records,
        measures: Callable[[], Measures],
        gateway: str,
        tried: Try = untried,
    ) -> None:
        self._timeline = timeline
        self._records = records
        self._kept = Kept(records)
        self._gateway = gateway
        self._news = News(gateway)
        self._effects = Effects()
        self._around = Surroundings(timeline, measures, self._effects.counts)
        self.inside = self._around.inside
        self.touched = Touched()
        self._said: dict[str, Statement] = {}  # what people said about one alarm, by the statement's id
        self._reasons = Heard(timeline, self._effects.counts)
        self._drills = Drills(timeline, self._effects.counts, self._known, tried)
        self._silences = StillSilent(timeline, records.book)
        self._look_ns = FOREVER_PAST  # when an alarm begins to be quiet, or speaks again, by itself
        self.cursor = 0  # the journal entry that everything up to now follows from
        self.because = ""  # id of the statement that what happens now follows from
        self.upgraded_seq = 0  # entries before it are of version 0.1.0 (legacy.py)
        self._old_ids: dict[str, str] = {}

    # Hearing

    def recall(self, statements: Iterable[Statement], *, is_new: bool = False) -> None:
        """Statements whose consequences are stated already; `is_new`: but for who was inside, perhaps."""
        with self.inside.containments.gathering():
            for statement in statements:
                self._effects.hear(statement)
                assets = self.inside.hear(statement)
                self.touched.add(assets if is_new else (), statement.id)
                self._reasons.hear(statement)
                self._drills.hear(statement)
                if statement.kind == reset.KIND:
                    self._around.resets.state(statement.id, StatedReset.of(statement))
                elif statement.kind in HANDLING:
                    self._said[statement.id] = statement
                elif statement.kind == faults.KIND:
                    self._silences.hear(statement)

    def take_over(self) -> None:
        """Alarms that go on, or that will speak again by themselves, as the records keep them."""
        self._kept.take_over()

    def enter(self, change: Change, now_ns: int) -> None:
        """An excursion appeared, went on, ended, was amended or withdrawn."""
        found = change.excursion
        entry = self._known(found.id)
        if entry is None:
            entry = Entry(found, lifecycle.raised(found.id, now_ns), self._around.place(found), None)
            self._kept.add(entry)
            if self.cursor < self.upgraded_seq:
                names = old_ids(entry.place.channel, found.rule, found.start_ns)
                self._old_ids |= dict.fromkeys(names, found.id)
            self._advance(entry, None, now_ns)
            return
        before, entry.cause = entry.cause, found
        if is_withdrawn(before) and not found.withdrawn:
            entry.place = self._around.place(found)  # nothing followed it meanwhile
        self._advance(entry, before, now_ns)

    def hear(self, statement: Statement, now_ns: int, changes: Sequence[Change] = ()) -> None:
        """A statement from the journal, and what changed of excursions because of it.

        Of a containment alarms are told with `look_inside`, once whoever hears knows that there are no more.
        """
        self.because = statement.id
        turned = self._effects.hear(statement)
        self._reasons.hear(statement)
        self._drills.hear(statement)
        self.touched.add(self.inside.hear(statement), statement.id)
        if statement.kind in HANDLING:
            self._said[statement.id] = statement
            self._people_said(statement, now_ns)
        elif statement.kind == faults.KIND:
            self._silences.hear(statement)
            self._hear_of_fault(statement, now_ns)
        elif statement.kind == reset.KIND:
            self._around.resets.state(statement.id, StatedReset.of(statement))
        for change in changes:
            self.enter(change, now_ns)
        for identity in turned:
            self._turn(identity, now_ns)
        if statement.kind != containment.KIND:
            self.look_inside(now_ns)
        if statement.kind in (reset.KIND, withdrawal.KIND) or statement.corrects:
            self._look_at_resets(now_ns)
        if statement.kind in (*QUIETING, configuration.KIND) or any(map(self._reasons.find, turned)):
            self._look_at_all(now_ns)
        self.because = ""

    # Stating and writing

    @property
    def has_news(self) -> bool:
        """Whether anything happened that is not stated."""
        return bool(self._news)

    def news(self) -> list[Statement]:
        """What is to be stated in the journal before `write`."""
        return self._news.statements()

    def is_due(self, now_ns: int) -> bool:
        """Whether the progress of an open excursion should be written by now."""
        return self._kept.is_due(now_ns)

    def refresh(self, now_ns: int, everything: bool = False) -> None:
        """Look inside the assets of alarms that go on and are about to be written."""
        self.look_inside(now_ns, may_wait=True)
        for entry in () if self.touched else self._kept.unwritten(now_ns, self._news.alarms(), everything):
            if entry.is_open:
                self._refresh(entry, now_ns)

    def write(self, seqs: Sequence[int], now_ns: int, everything: bool = False) -> None:
        """Bring the records up to date, within their transaction. `seqs`: entries of `news`, in its order."""
        self._kept.write(self._kept.unwritten(now_ns, self._news.alarms(), everything), now_ns)
        self._news.write(seqs, self._records)

    # Answers

    def states(self) -> dict[int, str]:
        """The worst open excursion of each channel that has one, in words ("critical above-150"); a silence
        is none, as nothing is known of such a channel."""
        open_ = (entry.cause for entry in self._kept.open())
        ongoing = [cause for cause in open_ if isinstance(cause, Excursion) and cause.kind != SILENCE]
        ongoing.sort(key=lambda e: (e.severity, -e.start_ns))
        return {e.channel: f"{e.severity.name.lower()} {e.rule}" for e in ongoing}  # the last of each counts

    # What follows

    def _advance(self, entry: Entry, before: Cause | None, now_ns: int) -> None:
        """What follows for the alarm from what its cause is now, and was `before`."""
        entry.written = False
        found = list(steps(entry.alarm, before, entry.cause, now_ns))
        if not found:
            return
        units, entry.resets = self._around.units(entry, now_ns), self._around.bearing_on(entry)
        grown = before is not None and asks_again(entry.alarm, entry.units, units)
        entry.units = units
        for happened, alarm in found:
            entry.alarm = alarm
            self._note(entry, happened, now_ns)
        if grown and entry.alarm.state is AlarmState.CLOSED:
            self._look(entry, now_ns)

    def _note(self, entry: Entry, change: str, now_ns: int) -> None:
        """A transition, to be stated; whether it speaks may follow from it."""
        quiet, before = self._reasons.quiet(entry, now_ns), entry.noted
        entry.spent, entry.noted = quiet.spent, entry.alarm.state
        if entry.is_closed or before in (None, AlarmState.CLOSED):  # quiet from the first moment on
            entry.overlay = quiet.overlay
        self._state(entry, change, now_ns)
        if quiet.overlay != entry.overlay:
            self._quieten(entry, quiet, now_ns)
        elif entry.overlay is not None:
            self._look_ns = min(self._look_ns, entry.overlay.until_ns)

    def _state(self, entry: Entry, change: str, now_ns: int) -> None:
        entry.written, entry.number = False, entry.number + 1
        because = UPGRADE if self.cursor < self.upgraded_seq else self.because
        self._news.add(entry, change, Origin(self.cursor, self._timeline.fingerprint, because), now_ns)

    def look_at_quiet(self, now_ns: int) -> None:
        """By itself an alarm speaks again at some time, or begins to be quiet."""
        if now_ns >= self._look_ns:
            self._look_at_all(now_ns)

    def _look_at_all(self, now_ns: int) -> None:
        """Also at those that are over and need somebody."""
        self._kept.remember_over()
        self._look_ns = next_window_ns(self._reasons.reasons().designs, now_ns) or FOREVER
        for entry in self._kept.all():
            quiet = self._reasons.quiet(entry, now_ns)
            if quiet.overlay != entry.overlay:
                self._quieten(entry, quiet, now_ns)
            elif entry.overlay is not None:
                self._look_ns = min(self._look_ns, entry.overlay.until_ns)

    def _quieten(self, entry: Entry, quiet: Quiet, now_ns: int) -> None:
        entry.overlay, entry.spent = quiet.overlay, quiet.spent
        self._note(entry, SPEAKS if quiet.overlay is None else quiet.overlay.kind.value, now_ns)

    # What people say

    def _people_said(self, statement: Statement, now_ns: int) -> None:
        """About one alarm."""
        identity = alarm_meant(statement)
        entry = self._known(identity)
        try:
            if entry is None:
                raise InputError(f"there is no alarm {identity}")
            entry.alarm = follow(entry.alarm, statement)
        except InputError as error:  # said in good faith, too late or twice; it stays in the journal
            log.warning("what %s said has no effect: %s", statement.by, error)
            return
        self._note(entry, CHANGES[statement.kind], now_ns)

    def _turn(self, identity: str, now_ns: int) -> None:
        """A statement about an alarm was taken back, or stands again."""
        statement = self._said.get(identity)
        if statement is None:
            return
        if self._effects.counts(identity):
            self._people_said(statement, now_ns)
            return
        entry = self._known(alarm_meant(statement))
        if entry is None or is_settled(entry):
            return
        if (alarm := lifecycle.take_back(entry.alarm, identity)) != entry.alarm:
            entry.alarm = alarm
            self._note(entry, TAKEN_BACK, now_ns)

    def _hear_of_fault(self, statement: Statement, now_ns: int) -> None:
        told = faults.of(statement.body)
        entry = self._known(told.id)
        if isinstance(told, faults.FaultRaised):
            if entry is None:
                self._raise_fault(told, statement.at_ns, now_ns)
        elif entry is not None and entry.is_open and isinstance(entry.cause, StatedFault):
            before, end_ns = entry.cause, max(statement.at_ns, entry.cause.start_ns)
            entry.cause = dataclasses.replace(before, end_ns=end_ns)
            self._advance(entry, before, now_ns)

    def _raise_fault(self, told: faults.FaultRaised, at_ns: int, now_ns: int) -> None:
        found = StatedFault(told.id, told.fault, told.severity, told.message, told.assets, at_ns)
        where = AlarmPlace(site=told.site, assets=tuple(map(self._timeline.asset_identity, told.assets)))
        entry = Entry(found, lifecycle.raised(found.id, now_ns), where, None)
        self._kept.add(entry)
        self._advance(entry, None, now_ns)

    def look_at_silences(self, now_ns: int) -> None:
        """Those that were answered while their cause lasted ask again, if it is over and they go on."""
        for because, entry in self._silences.due(self._kept.all(), now_ns):
            self.because, entry.alarm = because, lifecycle.let_go(entry.alarm)
            self._look(entry, now_ns)
        self.because = ""

    def look_at_drills(self, now_ns: int) -> None:
        """Begin those whose time has come, end those that are over; once all that was said is heard."""
        before = self.because
        for statement, entry, problem in self._drills.begin(now_ns):
            self.because = statement.id
            self._kept.add(entry)
            self._advance(entry, None, now_ns)
            if problem:
                self._end_drill(entry, End(FAILED, f"drill failed: {problem}"), now_ns)
        for because, entry, over in self._drills.end(now_ns):
            self.because = because
            self._end_drill(entry, over, now_ns)
        self.because = before

    def _end_drill(self, entry: Entry, over: End, now_ns: int) -> None:
        settle(entry, over, self._gateway, now_ns)
        self._note(entry, CLOSED, now_ns)

    def look_inside(self, now_ns: int, *, may_wait: bool = False) -> None:
        """Tell alarms who was inside, where that has changed."""
        before = self.because
        for asset, statement in self.touched.taken(may_wait=may_wait):
            self.because = statement
            for entry in self._kept.of_asset(asset):
                if not (is_withdrawn(entry.cause) or is_settled(entry)):
                    self._refresh(entry, now_ns)
        self.because = before

    def look_at_lines(self, samples: Samples, late: Mask, now_ns: int) -> None:
        """Readings before the first one of an excursion, over or not: it is the same one, but the line to it
        may have crossed the limit at another time, when others were inside.

        `late`: those before another reading of their channel that was taken earlier.
        """
        self._remember_lines(samples.take(late))
        first_ns = int(samples.time.min(initial=now_ns))
        for entry in self._kept.all():
            cause = entry.cause
            if not isinstance(cause, Excursion) or first_ns >= cause.start_ns or is_withdrawn(cause):
                continue
            if self._around.moves_line(cause, samples):
                self._refresh(entry, now_ns)

    def _remember_lines(self, late: Samples) -> None:
        """Alarms that are over, and begin so soon behind one of these that the line may start with it."""
        for channel in np.unique(late.channel).tolist():
            mine = late.take(late.channel == channel)

            def is_meant(cause: Cause, mine: Samples = mine) -> bool:
                return isinstance(cause, Excursion) and self._around.moves_line(cause, mine)

            self._kept.remember_since(channel, int(mine.time.min()), is_meant)

    def _refresh(self, entry: Entry, now_ns: int) -> None:
        """Who was inside, other than for how long so far, is part of what an alarm says."""
        before, entry.units = entry.units, self._around.units(entry, now_ns)
        entry.written = entry.written and entry.units == before
        if not same_stays(entry.units, before):
            self._amend(entry, before, now_ns)

    def _amend(self, entry: Entry, before: Units, now_ns: int) -> None:
        if asks_again(entry.alarm, before, entry.units):
            self._look(entry, now_ns)
        else:
            self._note(entry, AMENDED, now_ns)

    def _look(self, entry: Entry, now_ns: int) -> None:
        entry.alarm = lifecycle.look(entry.alarm)
        self._note(entry, LOOK, now_ns)

    def look_at_places(self, now_ns: int) -> None:
        """Where channels are has changed, perhaps in the past: alarms follow, with what was inside there."""
        for number in self._timeline.moved():
            self._kept.remember_channel(number)
        for entry in self._kept.all():
            if isinstance(entry.cause, Excursion) and not is_withdrawn(entry.cause):  # else as believed then
                self._look_at_place(entry, entry.cause, now_ns)

    def _look_at_place(self, entry: Entry, cause: Excursion, now_ns: int) -> None:
        if not self._around.has_moved(entry, cause):
            return
        entry.place = self._around.place(cause)
        before, entry.units = entry.units, self._around.units(entry, now_ns)
        self._amend(entry, before, now_ns)

    def _look_at_resets(self, now_ns: int) -> None:
        self._kept.remember_kind("budget")
        for entry in self._kept.all():
            if isinstance(entry.cause, Excursion) and entry.cause.kind == "budget":
                before, entry.resets = entry.resets, self._around.bearing_on(entry)
                if entry.resets != before:
                    self._note(entry, AMENDED, now_ns)

    def _known(self, identity: str) -> Entry | None:
        return self._kept.known(self._old_ids.get(identity, identity))
