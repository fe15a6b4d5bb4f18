"""Another gateway, watched from here: its silence is a fault of its site, so that its people are called.

Only what it says now, that it is alive, counts as life: not what a broker kept, nor its clock. Silence is
counted by our monotonic clock since it was last heard alive, or since we began to listen. While we cannot
listen nothing is known, and that is a fault of its own. So is another journal under its name: the words of a
second gateway must not hide the silence of the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from gateway.alarming.faults import Check, Fault, Undecided
from gateway.clocks.silence import steady_s
from gateway.heartbeats import Health
from gateway.heartbeats.state import LOST, State
from gateway.model import Severity
from gateway.peers import Heard, Peer
from gateway.text import one_line
from gateway.times import format_rfc3339

DEAF_S: Final = 60.0  # brokers restart
PERIODS: Final = 3  # of a peer that are at least waited for
WORDS: Final = {
    Health.STARTING: "it is starting, and has not gone round yet",
    Health.BLIND: "it says that it is blind",
    Health.STOPPED: "somebody stopped it",
    LOST: "its broker lost it",
}


class PeerWatch:
    """What has no underscore may be read from other threads."""

    def __init__(
        self,
        name: str,
        kind: str,
        peer: Peer,
        site: str,
        silent_after_s: float,
        now_s: Callable[[], float] = steady_s,
        stood_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`now_s`: a clock that counts sleep. `stood_s`: how long we ourselves have not run by it, in all."""
        self.name = f"peer:{name}"
        self.kind = kind
        self.site = site
        self.problem = ""  # why it cannot be heard; empty while it can
        self.state: State | None = None  # the last one that was said, however old; None: nothing yet
        self._gateway = name
        self._peer = peer
        self._silent_after_s = silent_after_s
        self._now_s = now_s
        self._alive_s: float | None = None  # monotonic, since when it may be called silent; None: we are deaf
        self._stood_s, self._all_stood_s = stood_s, stood_s()
        self._excused_s = 0.0  # monotonic; its silence counts from then on at the earliest
        self._is_silent = False
        self._period_s = 0.0  # between its own words, as it said when it was alive
        self._journal = ""  # of which it was heard alive first
        self._other = ""  # another one under its name
        self._alive_at_ns: int | None = None  # by its clock, when it last said that it is alive
        self._is_decided = False  # whether it was heard alive, or missed, since our own start

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises LinkDown."""
        self._peer.listen(self.begin, self.hear, stop)

    def begin(self) -> None:
        """From now on nothing that it says is missed."""
        self.problem, self._alive_s = "", self._now_s()

    def hear(self, heard: Heard) -> None:
        """What it said."""
        self.state = heard.state
        said = heard.state
        if said.health == Health.ALIVE and self._is_its_own(said):
            self._alive_at_ns = said.at_ns
        if heard.is_old or said.gateway != self._gateway or said.health != Health.ALIVE:
            return
        self._journal = self._journal or said.journal
        if said.journal != self._journal:
            self._other = said.journal
            return
        self._period_s = said.period_s
        self._alive_s, self._is_silent, self._is_decided = self._now_s(), False, True

    def failed(self, reason: str) -> None:
        """It cannot be heard."""
        self.problem, self._alive_s = reason, None

    def faults(self) -> Iterator[Fault]:
        """What is wrong now. Silence stays until it is heard, also while we are deaf, and after that."""
        now_s = self._now_s()
        self._excuse()
        alive_s, what = self._alive_s, f"gateway {self._gateway} at site {self.site}"
        if alive_s is None and self.problem:
            message = f"{what} cannot be watched from here: {self.problem}"
            yield Fault(f"{self.name}:link", Severity.MAJOR, message, (), DEAF_S, self.site)
        elif alive_s is not None:
            quiet_s = now_s - max(alive_s, self._excused_s)
            self._is_silent = self._is_silent or quiet_s > self._patience_s
        if self._other:
            journals = f"{one_line(self._journal)} and {one_line(self._other)}"
            message = (
                f"two gateways say that they are {self._gateway}, with journals {journals}; only the first "
                "counts here: give the other another name and topic, or, if it got a new journal, start this "
                "gateway again"
            )
            yield Fault(f"{self.name}:twice", Severity.MAJOR, message, (), 0.0, self.site)
        if self._is_silent:
            self._is_decided = True
            message = (
                f"{what} does not say that it watches: {self._why()}; nobody may be watching its product: "
                "call the site, look at its power, network and `cryogate doctor`"
            )
            yield Fault(self.name, Severity.CRITICAL, message, (), 0.0, self.site)

    def _excuse(self) -> None:
        """After we did not run it has its time again, as channels have (clocks/silence.py)."""
        before_s, self._all_stood_s = self._all_stood_s, self._stood_s()
        if (stood_s := self._all_stood_s - before_s) > 0.0:
            was_heard = self._alive_s is not None and self._alive_s > self._excused_s
            self._excused_s = self._now_s() if was_heard else self._excused_s + stood_s

    def undecided(self) -> Iterator[Undecided]:
        """A silence that was stated before our own start is not over because we have just begun to listen."""
        if not self._is_decided:
            yield Undecided(self.name)

    def status(self) -> dict[str, Any]:
        """Plain JSON data."""
        state, alive_s = self.state, self._alive_s
        return {
            "name": self._gateway,
            "kind": self.kind,
            "site": self.site,
            "state": None if state is None else one_line(state.health),
            "said": None if state is None or state.health == LOST else format_rfc3339(state.at_ns),
            "said_alive": None if self._alive_at_ns is None else format_rfc3339(self._alive_at_ns),
            "silent": self._is_silent,
            "alive_age_s": None if alive_s is None else self._now_s() - alive_s,
            "problem": self.problem or (self._why() if self._is_silent else ""),
        }

    @property
    def _patience_s(self) -> float:
        return max(self._silent_after_s, PERIODS * self._period_s)

    def _why(self) -> str:
        state = self.state
        if state is None:
            return "nothing stands at its topic, and nothing came"
        if state.gateway != self._gateway:
            return (
                f"at its topic speaks gateway {one_line(state.gateway)!r}: it was renamed, or two gateways "
                "have one topic"
            )
        said = WORDS.get(state.health, "it says nothing more")
        why = f" ({one_line(state.why)})" if state.why else ""
        return f"{said}{why}; {self._last_word(state)}"

    def _last_word(self, state: State) -> str:
        """Since when nobody may have watched. A will was written when it connected, perhaps a month ago."""
        if self._alive_at_ns is not None:
            return f"it was last alive at {format_rfc3339(self._alive_at_ns)[:19]}Z by its clock"
        if state.health == LOST:
            return "when it was last alive is not known here"
        return f"its last word is of {format_rfc3339(state.at_ns)[:19]}Z by its clock"

    def _is_its_own(self, said: State) -> bool:
        """Not of another one at its topic, nor of a second one under its name."""
        return said.gateway == self._gateway and self._journal in ("", said.journal)


def check(peers: Sequence[PeerWatch]) -> Check:
    """All of them."""

    def faults() -> Iterator[Fault | Undecided]:
        for peer in peers:
            yield from peer.faults()
            yield from peer.undecided()

    return faults
