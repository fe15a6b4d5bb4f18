"""One notifier in a thread of its own, that tells one person after the other; it holds up no other one.

It only asks the outside world. Who is told, and what became of it, the caller decides and states. What is
most urgent goes first, and what is about people who are not reached behind all that is not. An address that
did not answer lately goes behind all that may, so that those who can be reached are. In between it keeps a
siren as it should be. What has come through by other ways while it waited for its turn is not told any
more, and what is being told by enough of them waits: tellers agree on that before the caller can state it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import field
from typing import Final

from gateway.alarms.call import Call
from gateway.alarms.delivery import Delivery, Outcome
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, NotYet, Rejected
from gateway.followers.pauses import Pauses
from gateway.notifiers import Addressed, Keeping
from gateway.text import first_words

LOOK_S: Final = 0.5  # at `stop`, while nothing is to be told
LONGEST_ANSWER: Final = 1000  # characters; a server may answer with a page
SLOW_S: Final = 3.0  # an address that takes so long, in vain, goes behind the others


@dataclass(slots=True)
class Arrivals:
    """Of one delivery, for all its errands: the ways by which it came through, stated or not."""

    wanted: int = 1
    ways: set[int] = field(default_factory=set)
    coming: set[int] = field(default_factory=set)  # by which it is being told, and does not take too long
    free_s: float = 0.0  # since when one of these is none any more, in vain; monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def are_enough(self) -> bool:
        return len(self.ways) >= self.wanted

    @property
    def may_be_enough(self) -> bool:
        """With what is being told: another way waits for what comes of that."""
        return len(self.ways | self.coming) >= self.wanted

    def begin(self, way: int) -> bool:
        """Whether it is to be told by this way now, too; two tellers may ask at once."""
        with self._lock:
            begins = not self.may_be_enough
            self.coming |= {way} if begins else set()
            return begins

    def end(self, way: int, *, came: bool = False) -> None:
        """It is told by this way no more, or nobody waits for that any longer."""
        with self._lock:
            self.ways |= {way} if came else set()
            if way in self.coming and not came:  # not where it still waited for its turn, or is given up
                self.free_s = time.monotonic()
            self.coming -= {way}


@dataclass(slots=True)
class Errand:
    """One attempt. The teller sets `began_s` (monotonic) when its turn comes.

    `known`: how far in the journal `call` knows each of its groups.
    """

    delivery: Delivery
    way: int  # among the receiver's ways
    call: Call
    address: str
    handed_s: float  # monotonic
    known: tuple[int, ...] = ()
    is_about_ways: bool = False
    began_s: float | None = None
    not_before_s: float = 0.0  # where its turn came, and the service takes no more for now
    is_cancelled: bool = False
    arrivals: Arrivals = field(default_factory=Arrivals)

    @property
    def notifier(self) -> str:
        return self.delivery.receiver.ways[self.way][0]

    def waits_s(self, now_s: float, delivered_s: float) -> float:
        """How long for its answer; or for its turn, since it was handed, or another was delivered."""
        waits_s = max(self.handed_s, delivered_s, self.arrivals.free_s)
        return now_s - (waits_s if self.began_s is None else self.began_s)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an errand."""

    errand: Errand
    outcome: Outcome
    answer: str
    took_s: float
    again_after_s: float = 0.0  # what the outside world asked for
    is_given_up: bool = False  # nobody waited for it any longer; it may come all the same


class Teller:
    """What has no underscore may be used by other threads."""

    def __init__(self, notifier: str, addressed: Addressed, done: Callable[[Result], None]) -> None:
        self.notifier = notifier
        self.name = f"teller:{notifier}"
        self.problem = ""  # why a siren is not as it should be
        self.delivered_s = 0.0  # when it last was, monotonic: so long as it is, others wait for their turn
        self._pauses, self._again_s = Pauses(), 0.0  # after such a problem; monotonic
        self._addressed = addressed
        self._done = done
        self._errands: list[Errand] = []
        self._changed = threading.Condition()
        self._slow: set[str] = set()  # addresses
        self._present: Errand | None = None

    def hand(self, errand: Errand) -> None:
        """`done` hears what came of it, unless it was cancelled before its turn."""
        with self._changed:
            self._errands.append(errand)
            self._changed.notify()

    def cancel(self, errand: Errand) -> bool:
        """Whether its turn has not come; then it never will."""
        with self._changed:
            errand.is_cancelled = errand.began_s is None
            return errand.is_cancelled

    def renew(self, errand: Errand, call: Call, known: tuple[int, ...]) -> None:
        """It is told as things are by now, unless it is being told."""
        with self._changed:
            if errand.began_s is None:
                errand.call, errand.known = call, known

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; what waits then is told after the next start."""
        while not stop.is_set():
            errand = self._next()
            if errand is None:
                self._keep()
                continue
            self._present = errand
            result = self._tell(errand, errand.began_s or 0.0)
            if result is None:
                continue
            errand.arrivals.end(errand.way, came=result.outcome is Outcome.DELIVERED)
            self._slow.discard(errand.address)
            if result.outcome is Outcome.RETRY and result.took_s > SLOW_S:
                self._slow.add(errand.address)
            if result.outcome is Outcome.DELIVERED:
                self.delivered_s = time.monotonic()
            self._done(result)
            self._present = None

    def _next(self) -> Errand | None:
        """Whose turn it is, once there is one."""
        with self._changed:
            self._changed.wait_for(self._ready, LOOK_S)
            self._errands = [one for one in self._errands if not one.is_cancelled]
            found = min(self._ready(), key=self._rank, default=None)
            if found is not None and not found.arrivals.begin(found.way):
                return None  # another teller was faster
            if found is not None:
                self._errands.remove(found)
                found.began_s = time.monotonic()
            return found

    def _ready(self) -> list[Errand]:
        now_s = time.monotonic()
        due = (one for one in self._errands if one.not_before_s <= now_s)
        return [one for one in due if not one.arrivals.may_be_enough]  # the caller cancels what is told

    def _put_back(self, errand: Errand, after_s: float) -> None:
        """Its turn comes again; what others wait for is that, and no delivery meanwhile."""
        errand.arrivals.end(errand.way)
        with self._changed:
            errand.not_before_s = time.monotonic() + after_s
            errand.began_s, self._present = None, None
            self.delivered_s = max(self.delivered_s, errand.not_before_s)
            self._errands.append(errand)

    def _rank(self, errand: Errand) -> tuple[bool, bool, bool, int]:
        """Equal ones in the order in which they came."""
        is_slow = errand.address in self._slow
        return errand.call.drill, is_slow, errand.is_about_ways, -errand.call.priority

    def failed(self, reason: str) -> None:
        """It ended in a way nobody foresaw: the person is told by another way."""
        errand, self._present = self._present, None
        if errand is not None:
            errand.arrivals.end(errand.way)
            self._done(Result(errand, Outcome.RETRY, first_words(reason, LONGEST_ANSWER), 0.0))

    def _keep(self) -> None:
        """Its outside world may forget, and after a start nobody knows how it is."""
        if not isinstance(self._addressed, Keeping) or time.monotonic() < self._again_s:
            return
        try:
            self._addressed.keep()
            self.problem, self._pauses = "", Pauses()
        except LinkDown as down:
            self.problem = str(down)
            self._again_s = time.monotonic() + self._pauses.next_s()

    def _tell(self, errand: Errand, began_s: float) -> Result | None:
        """None: it waits for its turn again."""
        after_s = 0.0
        try:
            outcome, answer = Outcome.DELIVERED, self._addressed.tell(errand.call, errand.address)
        except Rejected as refused:
            outcome, answer = Outcome.REJECTED, str(refused)
        except NotYet as later:
            self._put_back(errand, later.after_s)
            return None
        except LinkDown as down:
            outcome, answer, after_s = Outcome.RETRY, str(down), down.after_s
        took_s = time.monotonic() - began_s
        return Result(errand, outcome, first_words(answer, LONGEST_ANSWER), took_s, after_s)
