"""Screening as a follower of the journal: entries in, alarms out, behind a durable cursor.

Whenever something happens to an alarm, the state that follows from it and the cursor are stored in the same
transaction. So nothing ever happened behind the cursor: entries that are screened again after a crash bring
progress of what is known already, and no alarm is raised twice.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gateway.alarming.book import AlarmBook
from gateway.alarming.carried import carried
from gateway.alarming.latest import NEVER, Latest
from gateway.alarming.measure import Measures
from gateway.alarming.past import PastExcursions
from gateway.alarming.resets import RESET, StatedReset, for_screening, stated
from gateway.config.types import Configuration
from gateway.errors import JournalError
from gateway.followers.registration import SCREENING
from gateway.ingestion.intake import WallClock
from gateway.journal.journal import Entry, Journal, Statement
from gateway.journal.records import Records
from gateway.model import SECOND, Arrivals, Quality, Samples, to_ns
from gateway.screening.plan import Plan
from gateway.screening.record import Change
from gateway.screening.screener import Screener

log = logging.getLogger(__name__)
STATE, LATEST, PLAN = "screening:state", "screening:latest", "screening:plan"
MOST_READINGS = 200_000  # screened at once: bounds memory and the time until the first alarm of a catch-up
LOOK_S = 1.0  # another process may have stated something: look at least so often
SAVE_EVERY_S = 60.0  # while nothing happens: how much is screened again after a crash
GRACE_S = 15.0  # after a start, before silence counts: devices and brokers need that long to come back
JUMP_S = 1.0  # further than time went by: the clock was set


class Screening:
    """Owns the screener, the alarm book and their connections; runs in a thread of its own."""

    def __init__(
        self,
        configuration: Configuration,
        plan: Plan,
        numbers: Mapping[str, int],
        journal: Journal,
        records: Records,
        committed: threading.Condition,
        now_ns: Callable[[], int] | None = None,
    ) -> None:
        self._configuration = configuration
        self._numbers = numbers
        self._plan = plan
        self._journal = journal
        self._records = records
        self._committed = committed
        self._now_ns = WallClock().now_ns if now_ns is None else now_ns
        self._lock = threading.Lock()  # between the thread that screens and those that look
        self.cursor = 0
        self.problem = ""  # why nothing is screened; empty while all is well
        self.moved_s = time.monotonic()  # when it last looked for something to do
        self._begin()

    def _begin(self) -> None:
        """From what is durable: also after a failure that nobody foresaw."""
        saved = self._records.saved(STATE)
        self.cursor = saved[0] if saved else 0
        resets = for_screening(stated(self._journal, self.cursor), self._numbers)
        planned, past = replace(self._plan, resets=resets), PastExcursions(self._records)
        known = self._records.saved(PLAN)
        before: Plan = pickle.loads(known[1]) if known else planned
        self._saved_plan: Plan | None = before if known else None
        self._screener = Screener(before, self._read, past=past)
        self._latest = Latest(max(self._numbers.values(), default=-1) + 1)
        self._book = AlarmBook(
            self._configuration, self._plan.names, self._records, Measures(self._plan, self._read)
        )
        self._book.restore(self._journal, self.cursor)
        if saved:
            self._restore(saved[1])
            self._publish([Change(e, e) for e in self._screener.open()], self._now_ns())  # how far they were
            seen = {c.channel: self._screener.channel_state(c.channel).seen_ns for c in before.channels}
            self._publish(self._screener.replan(carried(before, planned, seen)), self._now_ns())
            newest, silent = self._screener.newest_ns(), np.full(len(self._latest.time), NEVER)
            ended = self._screener.advance(newest + 1, silent)  # of rules that are no more
            self._publish(ended, self._now_ns())
        latest = self._records.saved(LATEST)
        if latest:
            self._latest.restore(latest[1])
        self._began_s = self._saved_s = self._looked_s = time.monotonic()
        self._looked_ns = self._now_ns()

    def _restore(self, state: bytes) -> None:
        try:
            self._screener.restore(state)
        except ValueError as error:
            raise JournalError(
                f"{error}: it is of another version of Cryogate. Run that, or move records.sqlite away: "
                "alarms and what people said are then made again from the journal, and sinks start anew"
            ) from None

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and every entry is screened."""
        with self._lock:
            self._begin()
        while True:
            self.moved_s = time.monotonic()
            moved = self._step()
            if stop.is_set() and not moved:
                break
            if not moved:
                self._wait()
        with self._lock:
            self._write(self._now_ns(), everything=True)

    def failed(self, reason: str) -> None:
        """Until it goes on, every channel is unknown: nobody watches it."""
        self.problem = reason
        log.error("screening stopped: %s; it is started again", reason)

    def _step(self) -> bool:
        """Screen what is new; whether there was anything."""
        entries = self._journal.entries(self.cursor, MOST_READINGS)
        now_ns = self._look_at_the_clock()
        with self._lock:
            self._take(entries, now_ns)
            if self._silence_counts(entries):
                self._publish(self._screener.advance(now_ns), now_ns)
            late = time.monotonic() - self._saved_s > SAVE_EVERY_S
            self._write(now_ns, everything=late)
            self.problem = ""
        return bool(entries)

    def _look_at_the_clock(self) -> int:
        """By a clock that was set forward everybody was silent; that counts once they had time to speak."""
        now_ns, now_s = self._now_ns(), time.monotonic()
        if now_ns - self._looked_ns > to_ns(now_s - self._looked_s + JUMP_S):
            self._began_s = now_s
        self._looked_ns, self._looked_s = now_ns, now_s
        return now_ns

    def _take(self, entries: Sequence[Entry], now_ns: int) -> None:
        """In the journal's order; readings between two statements are screened at once."""
        waiting: list[Arrivals] = []
        for entry in entries:
            self.cursor = entry.seq
            if entry.arrivals is not None:
                waiting.append(entry.arrivals)
            if entry.statement is not None:
                self._screen(waiting, now_ns)
                waiting = []
                self._book.hear(entry.statement, now_ns, self._follow(entry.statement))
        self._screen(waiting, now_ns)

    def _follow(self, statement: Statement) -> list[Change]:
        """What a statement changes in the record of excursions."""
        told = [StatedReset.of(statement)] if statement.kind == RESET else []
        return [
            change for reset in for_screening(told, self._numbers) for change in self._screener.reset(reset)
        ]

    def _screen(self, parts: Sequence[Arrivals], now_ns: int) -> None:
        arrivals = Arrivals.concatenate(parts)
        known = np.isin(arrivals.samples.channel, list(self._plan.names))
        if known.any():  # a channel may have left the configuration
            mine = arrivals.take(known)
            self._latest.take(mine)
            self._publish(self._screener.take(mine.samples), now_ns)

    def _silence_counts(self, entries: Sequence[Entry]) -> bool:
        """Not while readings that are in the journal, or on their way after a start, are still to come."""
        taken = sum(len(e.arrivals) for e in entries if e.arrivals is not None)
        return taken < MOST_READINGS and time.monotonic() - self._began_s > GRACE_S

    def _publish(self, changes: Sequence[Change], now_ns: int) -> None:
        for change in changes:
            self._book.enter(change, now_ns)

    def _write(self, now_ns: int, everything: bool) -> None:
        saving = everything or self._book.has_news
        if not saving and not self._book.is_due(now_ns):
            return
        with self._records.transaction():
            self._book.write(now_ns, everything)
            if saving:
                self._records.move_cursor(SCREENING, self.cursor)
                self._screener.leave_past()
                self._records.save(STATE, self.cursor, self._screener.save())
                if self._screener.plan is not self._saved_plan:
                    self._saved_plan = self._screener.plan
                    self._records.save(PLAN, self.cursor, pickle.dumps(self._saved_plan))
                self._records.save(LATEST, self.cursor, self._latest.save())
                self._saved_s = time.monotonic()

    def _wait(self) -> None:
        with self._committed:
            if self._journal.last_seq() == self.cursor:  # or the commit went by before we listened
                self._committed.wait(LOOK_S)

    def _read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        """As the journal was at the cursor: what was known when must not depend on how far behind we are."""
        return self._journal.read(channels, start_ns, end_ns, self.cursor).samples

    def channel_states(self, now_ns: int) -> list[dict[str, Any]]:
        """Every channel with its newest value and its state; without fresh good readings it is unknown."""
        with self._lock:
            excursions = self._book.states()
            return [self._channel_state(name, now_ns, excursions) for name in self._configuration.channels]

    def _channel_state(self, name: str, now_ns: int, excursions: Mapping[int, str]) -> dict[str, Any]:
        channel, number = self._configuration.channels[name], self._numbers[name]
        time_ns, quality = int(self._latest.time[number]), int(self._latest.quality[number])
        if self._is_implausible(number):
            quality = int(Quality.BAD)
        heard = time_ns != NEVER
        age_s = max(0.0, (now_ns - time_ns) / SECOND) if heard else None
        fresh = (
            not self.problem
            and age_s is not None
            and age_s <= channel.table.no_data_after_s
            and quality <= Quality.UNCERTAIN
        )
        return {
            "channel": name,
            "source": channel.table.source,
            "site": channel.site,
            "asset": channel.table.asset,
            "zone": channel.table.zone,
            "unit": channel.unit,
            "value": float(self._latest.value[number]) if fresh else None,
            "quality": Quality(quality).name.lower() if heard else None,
            "age_s": age_s,
            "state": (excursions.get(number, "") if fresh else "")
            or _quiet_state(fresh, channel.table.profile),
        }

    def _is_implausible(self, number: int) -> bool:
        """Whether rules do not take the newest reading for one, whatever its device says."""
        known = self._screener.channel_state(number)
        return known.seen_ns != known.heard_ns


def _quiet_state(fresh: bool, profile: str | None) -> str:
    if not fresh:
        return "unknown"
    return "in range" if profile else "no limits"
