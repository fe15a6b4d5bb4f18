"""Faults of the gateway itself, as alarms: a source that is down, a sink that rejects, a disk that fills up.

Checks say what is wrong at this moment. The watch asks them once a second and states in the journal what
began and what is over; the alarm book makes alarms of it, as it does of excursions. While the journal can
not be written the statements wait, with the times they are about.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal.journal import Journal, Statement
from gateway.model import Severity
from gateway.screening.excursion import identity
from gateway.statements import acknowledge
from gateway.statements import fault as stated_fault
from gateway.statements.fault import CLEARED, RAISED, FaultChange, FaultCleared, FaultRaised
from gateway.statements.fault import KIND as FAULT  # of the alarm, too
from gateway.statements.fields import shortened

__all__ = ["CLEARED", "FAULT", "RAISED", "Check", "Fault", "FaultWatch", "Undecided"]

LOOK_S: Final = 1.0
TELL_ANEW_S: Final = 60.0  # damage is found file by file
GRACE_S: Final = 60.0  # after a start: what was wrong before may be so again, but parts need time to say so
MOST_WAITING: Final = 1000  # statements while the journal cannot be written; then it is not looked further
NO_CHANNEL: Final = -1


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong now. `key` names it for as long as it lasts ("source:broker").

    `message` says what, where and what to do next. `assets`: whose product is not watched because of it.
    `site`: whose people are called, where it is no matter of an asset. It becomes an alarm once it has lasted
    `after_s`. With `told_anew` it is another alarm when the message changes, e.g. because more is damaged.
    `seen` is called once somebody has acknowledged the alarm: what does not get well by itself is over when
    people know of it.
    """

    key: str
    severity: Severity
    message: str
    assets: tuple[str, ...] = ()
    after_s: float = 0.0
    site: str = ""
    told_anew: bool = False
    seen: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody can tell yet whether this is wrong: what was stated before stays, for as long as it is said.

    `below`: so does what is named after it, as "ups:rack:RB" is after "ups:rack".
    """

    key: str
    below: bool = False

    def covers(self, key: str) -> bool:
        return key == self.key or (self.below and key.startswith(f"{self.key}:"))


Check = Callable[[], Iterable[Fault | Undecided]]


@dataclass(frozen=True, slots=True)
class _Stated:
    id: str
    message: str


@dataclass(slots=True)
class _Present:
    since_ns: int
    since_s: float  # monotonic


class FaultWatch:
    """Asks every check and keeps the journal told; runs in a thread of its own, with its own connection."""

    def __init__(
        self,
        gateway: str,
        journal: Journal,
        checks: Sequence[Check],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._now_ns = now_ns
        self._gateway = gateway
        self._journal = journal
        self._checks = checks
        self._present: dict[str, _Present] = {}
        self._open = _open_faults(journal)  # as stated
        self._inherited = set(self._open)  # stated by the run before, and not seen by this one yet
        self._waiting: list[Statement] = []
        self._told_s: dict[str, float] = {}  # monotonic
        self._began_s = self.moved_s = time.monotonic()  # when it last asked all of them; others read it

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. What is wrong then stays stated: the next start looks again."""
        while not stop.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """One pass over every check."""
        if len(self._waiting) < MOST_WAITING:
            told = [one for check in self._checks for one in check()]
            found = {one.key: one for one in told if isinstance(one, Fault)}
            self._compare(found, [one for one in told if isinstance(one, Undecided)])
        self._state()
        self.moved_s = time.monotonic()

    def _compare(self, found: Mapping[str, Fault], undecided: Sequence[Undecided]) -> None:
        now_ns, now_s = self._now_ns(), time.monotonic()
        self._present = {key: self._present.get(key) or _Present(now_ns, now_s) for key in found}
        for key, fault in found.items():
            self._look_at_stated(fault, now_ns)
            if key not in self._open and now_s - self._present[key].since_s >= fault.after_s:
                self._raise(fault, self._present[key].since_ns)
        self._inherited -= found.keys() if now_s - self._began_s < GRACE_S else self._inherited
        open_still = {key for key in self._open if any(one.covers(key) for one in undecided)}
        for key in self._open.keys() - found.keys() - self._inherited - open_still:
            self._say(now_ns, FaultCleared(self._open.pop(key).id, key))

    def _look_at_stated(self, fault: Fault, now_ns: int) -> None:
        """Whether it is another one by now, or people know of it."""
        stated = self._open.get(fault.key)
        if stated is None:
            return
        if fault.told_anew and stated.message != shortened(fault.message) and self._may_tell_anew(fault.key):
            self._say(now_ns, FaultCleared(self._open.pop(fault.key).id, fault.key))
            self._present[fault.key].since_ns = now_ns
        elif fault.seen is not None and _is_acknowledged(self._journal, stated.id):
            fault.seen()

    def _may_tell_anew(self, key: str) -> bool:
        now_s = time.monotonic()
        is_due = now_s - self._told_s.get(key, -TELL_ANEW_S) >= TELL_ANEW_S
        if is_due:
            self._told_s[key] = now_s
        return is_due

    def _raise(self, fault: Fault, since_ns: int) -> None:
        name = f"F{identity(self._journal.id, NO_CHANNEL, fault.key, since_ns)[1:]}"
        message = shortened(fault.message)
        self._open[fault.key] = _Stated(name, message)
        self._told_s[fault.key] = time.monotonic()
        told = FaultRaised(name, fault.key, fault.severity, message, fault.assets, fault.site)
        self._say(since_ns, told)

    def _say(self, at_ns: int, change: FaultChange) -> None:
        self._waiting.append(Statement(FAULT, self._gateway, at_ns, stated_fault.to_body(change)))

    def _state(self) -> None:
        if not self._waiting:
            return
        try:
            self._journal.commit(statements=list(self._waiting))
        except JournalError:  # the pump says so, and this is said as soon as it can be
            return
        self._waiting.clear()


def open_faults(journal: Journal) -> dict[str, str]:
    """The ids of the faults that were raised and are not over, by key, as stated."""
    return {key: stated.id for key, stated in _open_faults(journal).items()}


def _open_faults(journal: Journal) -> dict[str, _Stated]:
    found: dict[str, _Stated] = {}
    for _, statement in journal.statements(FAULT):
        said = stated_fault.of(statement.body)
        if isinstance(said, FaultRaised):
            found[said.fault] = _Stated(said.id, said.message)
        else:
            found.pop(said.fault, None)
    return found


def _is_acknowledged(journal: Journal, alarm: str) -> bool:
    try:
        return any(one.kind == acknowledge.KIND for _, one in journal.naming(alarm))
    except JournalError:  # the pump says so
        return False
