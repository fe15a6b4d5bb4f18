"""Who calls people: hears what happens to alarms, decides who is told, has it told, and states every attempt.

Commit, then tell: a call is stated before anybody is told, and what came of it afterwards. After a crash in
between the same call goes out again under the same id; nobody is forgotten, and no other call is made of it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from functools import partial
from typing import Final

from gateway.alarms.call import CallKind
from gateway.alarms.callbook import KINDS, CallBook
from gateway.alarms.decisions import Decisions
from gateway.alarms.delivery import Delivery, Outcome
from gateway.alarms.duty import KINDS as DUTY_KINDS
from gateway.alarms.reach import Reach
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.followers.composing import (
    Composer,
    Hinting,
    Limiting,
    Linking,
    Remaining,
    no_hint,
    no_limit,
    no_link,
    not_known,
)
from gateway.followers.pauses import Pauses
from gateway.followers.recalling import NAME, in_order, recall
from gateway.followers.tellers import Errand, Result, Teller
from gateway.followers.uncounted import Uncounted
from gateway.followers.under_way import UnderWay, Ways
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND
from gateway.notifiers import Addressed, Sounding
from gateway.statements import attempt, call
from gateway.statements.attempt import Attempt

WAIT_S: Final = 1.0  # for a commit, at most
REST_S: Final = 0.2  # while nobody is being told: where something happens all the time, screening comes first
SAVE_EVERY_S: Final = 60.0
JUMP_NS: Final = 30 * SECOND  # of the clock; while it goes half as fast, so much is lost from save to save
MOST_COMMITS: Final = 10  # of decisions, before what was decided is told
PATIENCE_S: Final = 20.0  # with one attempt; then the next way is tried
GONE: Final = "this address is no longer one of this person"
HANGS: Final = f"no answer within {PATIENCE_S:.0f} s"
WAITS: Final = f"its turn did not come within {PATIENCE_S:.0f} s: what was to be told before hangs"


def at_once() -> bool:
    """Where nothing has to be waited for."""
    return True


@dataclass(slots=True)
class _Again:
    """When a call is tried again of which every way has failed."""

    at_s: float  # monotonic
    pauses: Pauses = field(default_factory=Pauses)
    tries: int = 0


class Caller:
    """The coordinator, in a thread of its own. What has no underscore may be read from other threads."""

    def __init__(
        self,
        book: CallBook,
        reach: Reach,
        addressed: Mapping[str, Addressed],
        voice: Voice,
        records: Records,
        committed: threading.Condition,
        remaining: Remaining = not_known,
        hinting: Hinting = no_hint,
        linking: Linking = no_link,
        limiting: Limiting = no_limit,
        knows_answers: Callable[[], bool] = at_once,
    ) -> None:
        """`knows_answers`: whether what people answered before the start counts; nobody is called before."""
        self.name = NAME
        self.problem = ""  # why nobody is called at all
        self.unsaved = ""  # why what it knows is not saved; people are called all the same
        self.nobody: Mapping[str, int] = {}  # groups that nobody could be reached about, since when
        self.failing: Mapping[str, str] = {}  # ways that failed last ("sms li-na"), with what was answered
        self.people: frozenset[str] = frozenset()  # ids of who is here
        self.going_on = 0  # groups that somebody is called about
        self.sounding: Mapping[str, frozenset[str]] = {}  # sirens, once it is known: because of which groups
        self._turn = threading.Lock()  # of who changes the book, or looks at it
        self._book = book
        self._reach = reach
        self._voice = voice
        self._journal: Journal = voice.journal
        self._records = records
        self._committed = committed
        self._knows_answers = knows_answers
        self._decisions = Decisions(book, reach)
        self._composer = Composer(
            book, self._decisions, voice.journal, book.publish, remaining, hinting, linking, limiting
        )
        self.tellers = {name: Teller(name, one, self._done) for name, one in addressed.items()}
        self._sirens = [name for name, one in addressed.items() if isinstance(one, Sounding)]
        for name, one in addressed.items():
            if isinstance(one, Sounding):
                one.sound_for(partial(self._sounds, name))
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._unstated: list[Result] = []
        self._under_way = UnderWay(self.tellers)
        self._again: dict[str, _Again] = {}
        self._saved_s = time.monotonic()
        self._saved_seq = 0
        self._has_begun = self._knows_people = False
        self._uncounted = Uncounted(voice.now_ns, voice.steady_ns or voice.now_ns)

    @contextmanager
    def looking(self) -> Iterator[tuple[CallBook, Decisions] | None]:
        """For other threads: nothing changes meanwhile. None: it does not know all of the journal yet."""
        with self._turn:
            yield (self._book, self._decisions) if self._has_begun else None

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; what is not told by then is told after the next start."""
        self._begin()
        while not stop.is_set():
            seen = self._journal.last_seq()
            with self._turn:
                self._step()
            if self._journal.last_seq() != seen and self._under_way.is_empty:
                stop.wait(REST_S)
            with self._committed:
                if self._journal.last_seq() == seen and self._results.empty():
                    self._committed.wait(self._patience_s())
        with self._turn:
            self._take_results()
            self._save()

    def failed(self, reason: str) -> None:
        self.problem = reason

    def wake(self) -> None:
        """Something may be new; a commit of the pump or of screening wakes it anyway."""
        with self._committed:
            self._committed.notify_all()

    def strangers(self, named: Iterable[str]) -> list[str]:
        """Which of these ids are of nobody who is here."""
        return [name for name in named if self.people and name not in self.people]

    # Hearing

    def _begin(self) -> None:
        """Where the last run ended, or from the beginning of the journal."""
        if self._has_begun:
            return
        recall(self._book, self._journal, self._records)
        self._has_begun = True

    def _hear(self) -> None:
        last = self._journal.last_seq()
        for seq, statement in in_order(self._journal, KINDS, self._book.seq, last):
            self._book.hear(seq, statement)
            self._knows_people = self._knows_people and statement.kind not in DUTY_KINDS
        self._book.seq = max(self._book.seq, last)

    # Doing

    def _step(self) -> None:
        knows_answers = self._knows_answers()  # which are heard then
        self._count_on()
        self._hear()
        if self._settle_results() and knows_answers:
            self._decide_if_possible()
        if knows_answers:
            self._hand()
        self._tell_sirens()
        self._show()
        if time.monotonic() - self._saved_s > SAVE_EVERY_S:
            self._save_if_possible()

    def _settle_results(self) -> bool:
        """Whether the journal takes what came of calls; else they wait here."""
        try:
            self._take_results()
        except JournalError as problem:  # the pump says so, too
            self.problem = str(problem)
            return False
        return True

    def _decide_if_possible(self) -> None:
        try:
            self._decide()
            self.problem = ""
        except JournalError as problem:  # nobody is told of what cannot be stated
            self.problem = str(problem)

    def _show(self) -> None:
        """To other threads."""
        self.nobody = dict(self._book.nobody)
        failed = self._book.failures()
        kept = {name: teller.problem for name, teller in self.tellers.items() if teller.problem}
        self.failing = kept | {f"{one.notifier} {one.person}".strip(): one.answer for one in failed}
        self.going_on = sum(course.since_ns > 0 for course in self._book.escalations.courses.values())
        if not self._knows_people:
            self.people = frozenset(one.id for one in self._book.duty.people() if not one.has_left)
            self._knows_people = True

    def _tell_sirens(self) -> None:
        self.sounding = {name: self._book.sounding(name) for name in self._sirens}

    def _sounds(self, siren: str) -> frozenset[str] | None:
        """For its teller."""
        return self.sounding.get(siren)

    def _decide(self) -> None:
        """State who is to be told, before anybody is."""
        for _ in range(MOST_COMMITS):
            self._count_on()
            found = self._decisions.due(self._voice.now_ns())
            if not found:
                return
            self._voice.state([(call.KIND, call.to_body(one)) for one in found])
            self._hear()

    def _count_on(self) -> None:
        """Somebody may have set the clock since it was looked at last."""
        if lost_ns := self._uncounted.take():
            self._book.escalations.count_on(lost_ns, self._voice.now_ns())
            self._saved_seq = -1  # no statement says so: a kill before the next save would forget it
            if abs(lost_ns) > JUMP_NS:
                self._save_if_possible()

    def _hand(self) -> None:
        now_s = time.monotonic()
        self._again = {name: one for name, one in self._again.items() if name in self._book.deliveries}
        self._under_way.keep(self._book.deliveries)
        for delivery in list(self._book.deliveries.values()):
            if delivery.id not in self._book.deliveries:  # settled meanwhile
                continue
            if self._book.is_obsolete(delivery) and self._under_way.withdraw(delivery.id):
                self._book.drop(delivery)
                continue
            self._renew(delivery)
            for way in self._ways(delivery, now_s):
                self._send(delivery, way, now_s)
            if not self._results.empty():  # what was told is stated soon: a crash would tell it again
                self._settle_results()

    def _ways(self, delivery: Delivery, now_s: float) -> Iterable[int]:
        """To be tried now; it is being told by none of these."""
        under_way = self._under_way.ways(delivery.id)
        awaited = self._under_way.awaited(delivery.id)
        ways = (
            self._again_by(delivery, awaited, now_s) if delivery.has_failed else self._next(delivery, awaited)
        )
        return [way for way in ways if way not in under_way]

    def _next(self, delivery: Delivery, awaited: Ways) -> Iterable[int]:
        """Where one waits long for its turn, whoever has to act is told by the next way before it comes."""
        if not self._book.is_pressing(delivery):
            return delivery.next_ways(awaited)
        ways = delivery.receiver.ways
        queued = self._under_way.queued(delivery.id, time.monotonic(), PATIENCE_S)
        crowded = {ways[way][0] for way in queued}
        found = delivery.next_ways(awaited - queued, queued)
        return [way for way in found if ways[way][0] not in crowded]

    def _again_by(self, delivery: Delivery, awaited: Ways, now_s: float) -> Iterable[int]:
        again = self._again.setdefault(delivery.id, _Again(now_s + Pauses().next_s()))
        if awaited or now_s < again.at_s:
            return ()
        again.at_s = now_s + again.pauses.next_s()
        again.tries += 1
        ways = delivery.ways_again()
        return ways if self._book.is_pressing(delivery) else [ways[again.tries % len(ways)]]

    def _renew(self, delivery: Delivery) -> None:
        """Whoever waits long for a turn is told as things are then."""
        for errand in self._under_way.waiting(delivery.id):
            teller, known = self.tellers.get(errand.notifier), self._known(delivery)
            if teller is None or errand.known == known:
                continue
            told = self._composer.call(delivery, self._voice.now_ns())
            if told is not None:
                teller.renew(errand, told, known)

    def _known(self, delivery: Delivery) -> tuple[int, ...]:
        """How far in the journal it is known what happened, by group."""
        groups = map(self._book.escalations.groups.get, self._book.waiting.about(delivery))
        return tuple(0 if one is None else one.seq for one in groups)

    def _send(self, delivery: Delivery, way: int, now_s: float) -> None:
        notifier, address = delivery.receiver.ways[way]
        teller, told = self.tellers.get(notifier), self._composer.call(delivery, self._voice.now_ns())
        if told is None:
            self._book.drop(delivery)
            return
        group = self._book.escalations.groups.get(delivery.group)
        is_about_ways = group is not None and group.is_about_ways
        errand = Errand(delivery, way, told, address, now_s, self._known(delivery), is_about_ways)
        is_over = delivery.kind is CallKind.OVER  # which goes where the alarm was told
        person = delivery.receiver.person
        if teller is None or not self._reach.is_still(person, (notifier, address), also_former=is_over):
            errand.began_s = now_s
            self._under_way.hand(errand, None)
            self._done(Result(errand, Outcome.REJECTED, GONE, 0.0))
        else:
            if notifier in self._sirens:
                self._tell_sirens()
            self._under_way.hand(errand, teller)

    # What came of it

    def _done(self, result: Result) -> None:
        """From the thread of a teller."""
        self._results.put(result)
        self.wake()

    def _take_results(self) -> None:
        while not self._results.empty():
            self._unstated.append(self._results.get())
        self._unstated += self._under_way.overdue(time.monotonic(), PATIENCE_S, HANGS, WAITS)
        if not self._unstated:
            return
        said = [_attempt(result) for result in self._unstated]
        self._voice.state([(attempt.KIND, attempt.to_body(one)) for one in said])
        for result in self._unstated:
            self._settle(result)
        self._unstated.clear()
        self._hear()

    def _settle(self, result: Result) -> None:
        errand = result.errand
        self._under_way.settle(result)
        if result.outcome is Outcome.DELIVERED:
            self._again.pop(errand.delivery.id, None)
        elif result.again_after_s and (again := self._again.get(errand.delivery.id)) is not None:
            again.at_s = max(again.at_s, time.monotonic() + result.again_after_s)

    # Memory

    def _save_if_possible(self) -> None:
        """Else it is tried again in a minute."""
        try:
            self._save()
            self.unsaved = ""
        except JournalError as problem:
            self.unsaved = str(problem)

    def _save(self) -> None:
        self._saved_s = time.monotonic()
        if self._book.seq == self._saved_seq:
            return
        self._book.forget_old(self._voice.now_ns())
        kept = self._book.kept()
        with self._records.transaction():
            self._records.save(NAME, self._book.seq, kept)
            self._records.move_cursor(NAME, self._book.seq)
        self._saved_seq = self._book.seq

    def _patience_s(self) -> float:
        due_s = (self._decisions.soonest_ns() - self._voice.now_ns()) / SECOND
        waiting = (one.at_s for name, one in self._again.items() if name not in self._under_way)
        again_s = min(waiting, default=float("inf")) - time.monotonic()
        return max(0.01, min(WAIT_S, due_s, again_s))


def _attempt(result: Result) -> Attempt:
    delivery = result.errand.delivery
    notifier, address = delivery.receiver.ways[result.errand.way]
    return Attempt(
        delivery.call,
        delivery.kind.value,
        delivery.group,
        delivery.round,
        delivery.steps,
        delivery.receiver.person,
        notifier,
        address,
        result.outcome.value,
        result.answer,
        round(result.took_s, 3),
        result.errand.call.drill,
        result.errand.call.is_late,
        result.errand.call.ended,
    )
