"""Screening as a follower of the journal: entries in, transitions of alarms out, behind a durable cursor.

What decides comes from the journal alone: configurations, placements, what people said. What happened to
alarms is stated there, and then written to the records with the state that follows from it and the cursor.
After a crash between the two, or without any records, entries are screened again in silence up to where the
stated transitions end; only what differs from them is stated.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from gateway.alarming import memory
from gateway.alarming.book import AlarmBook
from gateway.alarming.catching_up import CatchingUp
from gateway.alarming.channel_states import ChannelStates
from gateway.alarming.course import plan_over
from gateway.alarming.inside import unmeasured
from gateway.alarming.legacy import upgraded_seq
from gateway.alarming.measure import Measures
from gateway.alarming.past import PastExcursions
from gateway.alarming.present import GRACE_S, Present
from gateway.alarming.reading import Reading
from gateway.alarming.rehearsal import Rehearsing
from gateway.config.past import PastChannel
from gateway.config.types import Configuration
from gateway.ingestion.intake import Clock, WallClock
from gateway.journal.journal import Entry, Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
from gateway.model import SECOND, Arrivals, Samples
from gateway.screening.record import Change
from gateway.screening.screener import Screener
from gateway.statements import Statement, containment
from gateway.statements.brought import KINDS, Brought, brought_by

log = logging.getLogger(__name__)
STATE: Final = memory.STATE
MOST_READINGS: Final = 200_000  # screened at once: bounds memory and the wait for a catch-up's first alarm
MOST_ENTRIES: Final = 300  # the same, where each has a few readings: some 60 ms
LOOK_S: Final = 1.0  # another process may have stated something: look at least so often
TURN_S: Final = 1.0  # after which alarms are stated, and progress is saved, before more statements are heard
SAVE_EVERY_S: Final = 60.0  # while nothing happens: how much is screened again after a crash
SAVE_AT_MOST_S: Final = 1.0  # between two saves, while something happens all the time


class Screening:
    """Owns the screener, the alarm book and their connections; runs in a thread of its own."""

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal,
        records: Records,
        committed: threading.Condition,
        clock: Clock | None = None,
    ) -> None:
        """`journal` is one that may write: transitions are stated there."""
        self._configuration = configuration
        self._journal = journal
        self._records = records
        self._committed = committed
        self._clock = WallClock() if clock is None else clock
        self._lock = threading.Lock()  # between the thread that screens and those that look
        self.cursor = 0
        self._reading = Reading(journal, lambda: self.cursor)
        self.problem = ""  # why nothing is screened; empty while all is well
        self.moved_s = time.monotonic()  # when it last looked for something to do
        self._has_run, self._heard_ns = False, 0  # commit of the statement that was heard last
        self._begin()

    def _begin(self) -> None:
        """At the start, and after a failure that nobody foresaw."""
        self.late = CatchingUp()
        Remaking(self._journal, self._records)  # what is damaged is read from the journal
        self._settled = memory.fold(self._journal, self._records)
        saved = self._restored()
        self.cursor, self._left = 0 if saved is None else saved.cursor, list[Entry]()
        self._began = self.cursor  # the entry behind which everything is screened again
        self._quiet = self.cursor < self._settled.follows
        if self._quiet:  # at once under the plan of its end: what was stated on the way is stated
            self._timeline, self._resets = memory.known_at(self._journal, self._settled.follows)
        self._book = AlarmBook(
            self._timeline,
            self._records,
            lambda: self._measures,
            self._configuration.gateway.name,
            Rehearsing(self._configuration, self._journal),
        )
        self._book.upgraded_seq = upgraded_seq(self._journal)
        self._is_recalled = False  # whether what people have stated is known
        channels = max(self._timeline.numbers.values(), default=-1) + 1
        self._present = Present(channels, self._clock, self._reading.at_once)
        if saved is not None:
            self._present.go_on(saved, self._journal, self._screener)
        if self._quiet:
            self._replan()
        else:
            self._book.take_over()
        self._states = ChannelStates(
            self._configuration, self._timeline, self._present.latest, self._screener
        )
        self._began_s = self._saved_s = time.monotonic()
        self._unsaved, self._rests_until_s = False, 0.0  # something happened since
        self._present.begin()

    def _recall(self) -> None:
        """What people have stated so far. 100 000 statements take seconds: meanwhile readings are stored, and
        whoever asks for states gets those of before."""
        self._book.recall(self._passing(memory.bearing_statements(self._journal, self.cursor)))
        with self._lock:
            if not self._quiet:
                self._go_on_with_open(self._clock.now_ns())
            self._is_recalled = True
        self._began_s = time.monotonic()

    def _passing(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        for statement in statements:
            self.moved_s = time.monotonic()
            yield statement

    def _restored(self) -> memory.Saved | None:
        """The screener as it was saved; None where that is of no use, and it begins from nothing."""
        saved = memory.saved(self._records)
        if saved is not None:
            self._plan_as_of(saved.cursor)
            try:
                self._screener.restore(saved.screener)
                return saved
            except ValueError as why:
                log.warning("%s: everything is screened again", why)
        with self._records.transaction():
            self._records.book.forget_excursions()
        self._plan_as_of(0)
        return None

    def _plan_as_of(self, seq: int) -> None:
        """A new screener under what was known after an entry."""
        self._timeline, self._resets = memory.known_at(self._journal, seq)
        self._screener_plan = plan_over(self._timeline, self._resets.for_screening(self._timeline.numbers))
        past, reading = PastExcursions(self._records, self._journal), self._reading
        self._screener = Screener(
            self._screener_plan, reading.at_once, past=past, journal=self._journal.id, scan=reading.in_parts
        )
        self._measures = Measures(self._screener_plan, self._reading.all_of_it)

    # Running

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and every entry is screened."""
        if self._has_run:
            with self._lock:
                self._begin()
        self._has_run, is_last = True, False
        while True:
            self.moved_s = time.monotonic()
            moved = self._step(in_a_hurry=is_last)
            if (is_last := stop.is_set()) and not moved:
                break
            if not moved or (self.late.behind and not is_last):
                self._wait()
        with self._lock:
            self._book.look_inside(self._clock.now_ns())
            self._write(self._clock.now_ns(), everything=True)

    def failed(self, reason: str) -> None:
        """Until it goes on, every channel is unknown: nobody watches it."""
        self.problem = reason
        log.error("screening stopped: %s; it is started again", reason)

    def _step(self, *, in_a_hurry: bool = False) -> bool:
        """Screen what is new; whether there was anything, or is something that came late."""
        now_ns = self._look_at_the_clock()
        if not self._is_recalled:
            self._recall()
        entries = self._left or self._journal.entries(self.cursor, MOST_READINGS, MOST_ENTRIES)
        with self._lock:
            self._feed(self._present.release(), now_ns)
            if self._quiet:
                entries = [e for e in entries if e.seq <= self._settled.follows]
            self._left = self._take(entries, now_ns)
            if self._quiet and (not entries or self.cursor >= self._settled.follows):
                self._settle(now_ns)
                return True
            if not self._quiet:
                counts = self._silence_counts(entries)
                self._publish(self._screener.advance(now_ns, self._present.silent_until(counts)), now_ns)
                self._book.look_at_quiet(now_ns)
                if counts:
                    self._book.look_at_silences(now_ns)
                if len(entries) < MOST_ENTRIES and not self._left:
                    self._book.look_at_drills(now_ns)
                self.late.go_on(self._screener, self._book, now_ns, wait=not in_a_hurry)
                late = time.monotonic() - self._saved_s > SAVE_EVERY_S or bool(self._left)
                self._write(now_ns, everything=late and not self.late.is_telling)
            self.problem = ""
        return bool(entries or self.late.behind)

    def _settle(self, now_ns: int) -> None:
        """What was screened again in silence is compared with what was stated; the difference is news."""
        self._quiet = False
        stated_ns = min(self._settled.stated_ns, now_ns)
        self._screener.advance(stated_ns)
        self._screener.catch_up(lambda: False)
        since = self._settled.of(self._records, self._began)
        changes = self._screener.adopt(since)
        self._book.take_over()
        self._go_on_with_open(now_ns)
        self._publish(changes, now_ns)
        self._write(now_ns, everything=True)

    def _look_at_the_clock(self) -> int:
        """Our time. What lies later decides nothing, unless nobody knows what time it is."""
        now_ns = self._present.look()
        with self._lock:
            if self._present.is_set_back:
                self._count_anew()
            elif self._journal.has_mended():
                self._begin_anew("a file of the archive is back; everything is screened again with it")
        return now_ns

    def _count_anew(self) -> None:
        """The clock was set back, or is trusted again: what lies ahead of it has counted too early."""
        if self._screener.newest_ns() <= self._present.horizon_ns:
            self._present.count_anew()
            return
        self._begin_anew("readings are ahead of the clock; everything is screened again without them")

    def _begin_anew(self, why: str) -> None:
        log.warning("screening: %s", why)
        with self._records.transaction():
            memory.forget(self._records)
        self._begin()

    def _take(self, entries: list[Entry], now_ns: int) -> list[Entry]:
        """In the journal's order; what is left for the next turn, where statements made this one long."""
        waiting, until_s = list[Entry](), time.monotonic() + TURN_S
        for k, entry in enumerate(entries):
            self.cursor = self._book.cursor = entry.seq
            if entry.arrivals is not None:
                waiting.append(entry)
            elif entry.statement is not None and entry.kind in memory.HEARD:
                self._before(entry, waiting, now_ns)
                waiting = []
                self._hear(entry.seq, entry.statement, now_ns)
                if time.monotonic() > until_s:
                    return entries[k + 1 :]
        if len(entries) < MOST_ENTRIES:
            self._book.look_inside(now_ns, may_wait=True)
        self._screen(waiting, now_ns)
        return []

    def _before(self, entry: Entry, waiting: Sequence[Entry], now_ns: int) -> None:
        """The readings before a statement; what follows from those that people brought is because of it."""
        if entry.committed_ns != self._heard_ns:  # a file may name 100 000 units: looked at once
            self._book.look_inside(now_ns, may_wait=entry.kind == containment.KIND)
        self._heard_ns = entry.committed_ns
        own = [e for e in waiting if entry.kind in KINDS and e.committed_ns == entry.committed_ns]
        self._screen([e for e in waiting if e not in own], now_ns)
        if own and entry.statement is not None:
            self._book.because = entry.statement.id
            self._screen(own, now_ns)
            self._book.because = ""
            self.late.brought_by(self._screener.behind(), entry.statement.id)

    def _hear(self, seq: int, statement: Statement, now_ns: int) -> None:
        moved = not self._quiet and self._timeline.hear(seq, statement)
        told = not self._quiet and self._resets.hear(statement)
        changes = self._replan() if told or moved else []
        taken_back = self._journal.withdrawn_readings(statement)
        if taken_back is not None and (brought := brought_by(taken_back)) is not None:
            changes += self._without(brought)
        if self._quiet:
            self._book.recall([statement], is_new=True)
            return
        self.late.tell_first(changes, self._book, now_ns)
        self._book.hear(statement, now_ns, changes)
        if moved:
            self._book.because = statement.id  # also of what ends only now that its rules are out of force
            self._publish(self._screener.advance(now_ns, self._present.latest.time), now_ns)
            self._book.because = ""
            self._book.look_at_places(now_ns)

    def _without(self, brought: Brought) -> list[Change]:
        """What changes because readings that people brought count no longer, or again."""
        known = self._timeline.numbers
        numbers = [known[name] for name in brought.channels if name in known]
        self._present.look_again(numbers)
        stored = self._reading.at_once(numbers, brought.first_ns, brought.last_ns + 1)
        return self._screener.anew(numbers, brought.first_ns, stored)

    def _replan(self) -> list[Change]:
        """What another plan changes of the past."""
        plan = plan_over(self._timeline, self._resets.for_screening(self._timeline.numbers))
        if plan.fingerprint == self._screener_plan.fingerprint:
            return []
        self._screener_plan = plan
        changes = self._screener.replan(plan)
        self._measures = Measures(plan, self._reading.all_of_it)
        self._present.grow(max(self._timeline.numbers.values(), default=-1) + 1, self._screener)
        return changes

    def _screen(self, entries: Sequence[Entry], now_ns: int) -> None:
        if not entries:
            return
        arrivals = Arrivals.concatenate([e.arrivals for e in entries if e.arrivals is not None])
        known = np.isin(arrivals.samples.channel, list(self._screener_plan.names))
        if known.any():
            self._feed(self._present.hold(arrivals.take(known), now_ns), now_ns)

    def _feed(self, samples: Samples, now_ns: int) -> None:
        """To the screener, at their time."""
        late = samples.time < self._present.latest.time[samples.channel]
        self._present.take(samples, now_ns)
        changes = self._screener.take(samples) if len(samples) else []
        if not self._quiet:
            self._publish(changes, now_ns)
            self._book.look_at_lines(samples, late, now_ns)

    def _silence_counts(self, entries: Sequence[Entry]) -> bool:
        """Only once no readings of the journal, or on their way after a start, are to come."""
        taken = sum(len(e.arrivals) for e in entries if e.arrivals is not None)
        is_all = taken < MOST_READINGS and len(entries) < MOST_ENTRIES and not self._left
        return is_all and time.monotonic() - self._began_s > GRACE_S

    def _go_on_with_open(self, now_ns: int) -> None:
        """How far they were says nothing new."""
        self._publish([Change(e, e) for e in self._screener.open()], now_ns)

    def _publish(self, changes: Sequence[Change], now_ns: int) -> None:
        self.late.tell_first(changes, self._book, now_ns)
        for change in changes:
            self._book.enter(change, now_ns)

    def _write(self, now_ns: int, everything: bool) -> None:
        """State in the journal what happened, then write it to the records with the state that follows."""
        rested = everything or time.monotonic() > self._rests_until_s
        is_due = self._book.has_news or self._book.is_due(now_ns) or (self._unsaved and rested)
        if not everything and not is_due:
            return
        self._book.refresh(now_ns, everything)
        news = self._book.news()
        self._unsaved = self._unsaved or everything or bool(news)
        saving = self._unsaved and rested and not (self.late.is_telling or self._book.touched)  # all is told
        seqs = self._journal.commit(statements=news).seqs if news else ()
        if seqs:
            with self._committed:
                self._committed.notify_all()  # whoever tells people of alarms
        with self._records.transaction():
            self._book.write(seqs, now_ns, everything)
            if saving or self.late.is_telling:
                unwritten = self.late.unwritten(self._screener.known)
                self._records.book.put_excursions(e.plain() for e in unwritten)
            if saving:
                self._screener.leave_past()
                latest = self._present.latest.save()
                saved = memory.Saved(self.cursor, self._present.counted_ns, self._screener.save(), latest)
                memory.save(self._records, saved)
                self._saved_s, self._unsaved = time.monotonic(), False
                self._rests_until_s = self._saved_s + SAVE_AT_MOST_S
            if seqs:
                self._records.book.fold(seqs[-1], self.cursor, now_ns)

    def _wait(self) -> None:
        with self._committed:
            if self._journal.last_seq() == self.cursor:  # or the commit went by before we listened
                self._committed.wait(self._present.wait_s(self.late.rest_s if self.late.behind else LOOK_S))

    # Answers

    def unmeasured(self) -> dict[str, list[str]] | None:
        """Codes of the units in assets that no channel measures, by the asset's name; None: not known yet."""
        with self._lock:
            if self._quiet or not self._is_recalled:
                return None
            found = unmeasured(self._book.inside, self._timeline, self._clock.now_ns())
            return {self._timeline.names.latest("assets", asset): codes for asset, codes in found.items()}

    def retired(self) -> dict[str, PastChannel]:
        """Channels that left the configuration, as they were last."""
        with self._lock:
            return self._timeline.retired()

    def channel_states(self, now_ns: int) -> list[dict[str, Any]]:
        """Every channel of the configuration with its newest value and its state."""
        with self._lock:
            ahead, ages_s = self._present.ahead(), self._present.ages_s(now_ns)
            states = self._states.all(now_ns, ages_s, self._book.states(), watched=not self.problem)
            for state in states:
                mine = ahead.get(self._timeline.numbers[state["channel"]])
                state["waiting"] = 0 if mine is None else mine.readings
                state["ahead_s"] = None if mine is None else (mine.furthest_ns - now_ns) / SECOND
            return states
