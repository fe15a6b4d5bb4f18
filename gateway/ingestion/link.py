"""The state of a source's connection, as people see it; logs each change once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from gateway.ingestion.flaps import WINDOW_S, Losses

log = logging.getLogger(__name__)


class LinkState(StrEnum):
    """What a port or a broker is doing."""

    CONNECTING = "connecting"
    UP = "up"
    SILENT = "silent"  # the port is open, the instrument does not answer
    DOWN = "down"
    STOPPED = "stopped"


LOST: Final = (LinkState.SILENT, LinkState.DOWN)


class Link:
    """State, since when, and why; written by the source and its supervisor, read by anybody."""

    def __init__(self, name: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.state = LinkState.CONNECTING
        self.detail = ""
        self.remarks: tuple[str, ...] = ()  # what is wrong although it works: what; what to do
        self.strangers: tuple[str, ...] = ()  # what an instrument says of itself and did not say before
        self.since_ns = time.time_ns()  # for people; may jump
        self._clock_s = clock_s
        self._since_s = clock_s()
        self._losses = Losses()
        self._last_loss = ""

    @property
    def age_s(self) -> float:
        """For how long it has been in this state."""
        return self._clock_s() - self._since_s

    @property
    def flapping(self) -> str:
        """How often it was lost lately and why it was last, in words; empty where it holds."""
        now_s = self._clock_s()
        losses = self._losses
        if not losses.flap_at(now_s):
            return ""
        times = losses.count_at(now_s)
        return (
            f"flaps: {times} times in the last {WINDOW_S / 60:.0f} minutes; the last time: {self._last_loss}"
        )

    def change(self, state: LinkState, detail: str = "") -> None:
        """Enter `state`; the same state again only refreshes the detail.

        What is down stays down while it is tried again: people see since when, and the log tells it once.
        """
        if state is LinkState.CONNECTING and self.state is LinkState.DOWN:
            return
        if state is self.state:
            self.detail = detail
            return
        if self.state is LinkState.UP and state in LOST:
            self._last_loss = detail or f"it was {state}"
            self._losses = self._losses.and_at(self._clock_s())
        self.state, self.detail, self.since_ns = state, detail, time.time_ns()
        self._since_s = self._clock_s()
        level = logging.WARNING if state in LOST else logging.INFO
        log.log(level, "source %s is %s%s", self.name, state, f": {detail}" if detail else "")
