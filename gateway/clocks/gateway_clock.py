"""The gateway's own clock: the wall clock where it can be trusted, and never backwards.

A wrong clock must not write into the past: readings of now among those of an earlier hour would change what
that hour's excursions were. So this clock starts no earlier than the newest reading received, passes over
whatever the wall clock jumps back, and says which of its times were trusted:

    trusted     the wall clock, as it is
    not         the wall clock where it is ahead of what must have passed; else the time counted on from that
    set back    half as fast as time goes, until the wall clock has caught up; not trusted meanwhile

The wall clock is trusted while the kernel says that something synchronizes it, and after that as long as it
does not jump, also over restarts of the gateway. Where that is not required, or the kernel does not tell, it
is trusted unless it lies before the newest reading; then it is not, until somebody sets it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np

from gateway.clocks import kernel_clock
from gateway.clocks.standstill import Standstill
from gateway.dataclass import dataclass
from gateway.model import SECOND, Mask, Times
from gateway.statements.clock import ClockChange

RELEASED_NS: Final = 1_767_225_600 * SECOND  # 2026-01-01: no gateway ran before
JUMP_NS: Final = SECOND  # what a daemon slews, or a leap second steps, is no jump
FARTHEST_BACK_NS: Final = 86_400 * SECOND  # beyond it a trusted clock is followed at once, back in time
MOST_CHANGES: Final = 100  # remembered: those of the readings that wait for the disk, and to be stated
CATCHING_UP: Final = 2  # times slower than time


@dataclass(frozen=True, slots=True)
class Change:
    """Trust was won or lost, or the wall clock jumped by `jump_ns`; `at_ns` is our time right after it."""

    at_ns: int
    trusted: bool
    reason: str
    jump_ns: int = 0
    moved_ns: int = 0  # how far our own time moved with it

    def stated(self, boot: str, offset_ns: int) -> ClockChange:
        """As the journal is told."""
        jump_s, moved_s = self.jump_ns / SECOND, self.moved_ns / SECOND
        return ClockChange(self.trusted, self.reason, jump_s, moved_s, boot, offset_ns)


@dataclass(frozen=True, slots=True)
class _Counting:
    """Our time goes on from `from_ns` at `boot_ns`; `follows`: where the wall clock is ahead, it counts."""

    from_ns: int
    boot_ns: int
    slower: int
    follows: bool

    def at(self, boot_ns: int) -> int:
        return self.from_ns + (boot_ns - self.boot_ns) // self.slower


class GatewayClock:
    """`now_ns` and `trusted` from any thread; `look` about once a second from one."""

    def __init__(
        self,
        require_sync: bool = False,
        newest_ns: int = 0,
        before: ClockChange | None = None,
        *,
        wall: Callable[[], int] = time.time_ns,
        steady: Callable[[], int] = lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        synchronized: Callable[[], bool | None] = kernel_clock.is_synchronized,
        boot: str | None = None,
    ) -> None:
        """`newest_ns`: receipt of the newest reading. `before`: the last statement."""
        self._wall, self._steady, self._synchronized = wall, steady, synchronized
        self.standstill = Standstill(lambda: steady() / SECOND)
        self._require_sync = require_sync
        self._lock = threading.Lock()
        self.boot = kernel_clock.boot() if boot is None else boot
        self.kernel: bool | None = None  # what it said last
        self.reason = ""  # why the clock is not trusted, and what to do; empty while it is
        self.trusted = False
        self.changes: deque[Change] = deque(maxlen=MOST_CHANGES)  # for whoever states them
        self._trust: deque[tuple[int, bool]] = deque([(0, False)], maxlen=MOST_CHANGES)
        now_ns, boot_ns = wall(), steady()
        self._offset_ns = now_ns - boot_ns
        self._proven_ns = _proven(before, self.boot)  # wall clock minus steady when it was trusted
        floor_ns = max(newest_ns, RELEASED_NS)
        self._behind = now_ns < floor_ns
        self._counting: _Counting | None = _Counting(max(floor_ns, now_ns), boot_ns, 1, True)
        self.look()

    @property
    def offset_ns(self) -> int:
        """Wall clock minus the time since boot; to be stated while the clock is trusted."""
        return self._offset_ns

    def now_ns(self) -> int:
        """ns UTC as far as anybody knows; never earlier than before, but for a second."""
        wall_ns, boot_ns = self._wall(), self._steady()
        if abs(wall_ns - boot_ns - self._offset_ns) > JUMP_NS:
            self.look()
        return self._time(wall_ns, boot_ns)

    def stood_s(self) -> float:
        """How long this program has not run since it began, in all."""
        return self.standstill.look()

    def trusted_at(self, received: Times) -> Mask:
        """bool[N]: whether the clock was trusted when it gave these times."""
        at_ns, trust = self._trust[-1]
        if len(received) == 0 or int(received.min()) >= at_ns:  # as a rule
            return np.full(len(received), trust)
        told = list(self._trust)
        since = np.array([at_ns for at_ns, _ in told], np.int64)
        trusted = np.array([trust for _, trust in told])
        found: Mask = trusted[np.maximum(np.searchsorted(since, received, side="right") - 1, 0)]
        return found

    def look(self) -> None:
        """Ask the kernel, look for a jump, and note what changed."""
        with self._lock:
            wall_ns, boot_ns = self._wall(), self._steady()
            before_ns = self._time(boot_ns + self._offset_ns, boot_ns)
            jump_ns = wall_ns - boot_ns - self._offset_ns
            self._offset_ns += jump_ns
            jumped = abs(jump_ns) > JUMP_NS
            credible, reason = self._judge(jumped)
            self._counting = self._count(wall_ns, boot_ns, before_ns, credible)
            if credible and self._counting is not None:
                lag_s = (self._counting.at(boot_ns) - wall_ns) / SECOND
                reason = f"the clock was set back; times are {lag_s:.0f} s ahead of it until they meet"
            self._note(wall_ns, boot_ns, before_ns, reason, jump_ns if jumped else 0)

    def _time(self, wall_ns: int, boot_ns: int) -> int:
        counting = self._counting
        if counting is None:
            return wall_ns
        counted_ns = counting.at(boot_ns)
        return max(wall_ns, counted_ns) if counting.follows else counted_ns

    def _judge(self, jumped: bool) -> tuple[bool, str]:
        """Whether the wall clock is to be believed; or why not."""
        self.kernel = self._synchronized()
        if self.kernel or jumped:
            self._behind = False  # somebody set it
        if self.kernel:
            self._proven_ns = self._offset_ns
        if self._require_sync and self.kernel is not None:
            proven = self._proven_ns is not None and abs(self._offset_ns - self._proven_ns) <= JUMP_NS
            return proven, (
                "nothing synchronizes the clock of this machine; start an NTP service, or, where it is set "
                "by other means, set require_sync = false in [clock]"
            )
        return not self._behind, (
            "the clock of this machine is behind the newest reading in the journal; set it, or start an NTP "
            "service"
        )

    def _count(self, wall_ns: int, boot_ns: int, before_ns: int, credible: bool) -> _Counting | None:
        """None: the wall clock is our time."""
        ahead_ns = before_ns - wall_ns
        if credible and (ahead_ns <= JUMP_NS or ahead_ns > FARTHEST_BACK_NS):
            return None
        now = (
            self._counting
        )  # None: it was trusted until now, and what it said then is better than what it says
        follows = credible or (now is not None and now.follows)
        wanted = _Counting(before_ns, boot_ns, CATCHING_UP if credible else 1, follows)
        if now is None or (now.slower, now.follows) != (wanted.slower, wanted.follows):
            return wanted
        return now if now.at(boot_ns) >= before_ns else wanted

    def _note(self, wall_ns: int, boot_ns: int, before_ns: int, reason: str, jump_ns: int) -> None:
        trusted = self._counting is None
        self.reason = "" if trusted else reason
        if trusted == self.trusted and not jump_ns and len(self._trust) > 1:
            return
        at_ns = self._time(wall_ns, boot_ns)
        if at_ns < before_ns - JUMP_NS:
            self._trust.clear()  # times that come twice: what was given before is not asked for any more
        self.trusted = trusted
        since_ns = at_ns - JUMP_NS if trusted else at_ns  # so far a small step may take us back
        self._trust.append((max(since_ns, self._trust[-1][0] if self._trust else 0), trusted))
        self.changes.append(Change(at_ns, trusted, self.reason, jump_ns, at_ns - before_ns))


def _proven(before: ClockChange | None, boot: str) -> int | None:
    """The offset stated in this same boot while the clock was trusted."""
    if before is None or not boot or before.boot != boot or not before.trusted:
        return None
    return before.offset_ns
