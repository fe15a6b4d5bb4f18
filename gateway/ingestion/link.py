"""The state of a source's connection, as people see it; logs each change once."""

from __future__ import annotations

import logging
import time
from enum import StrEnum

log = logging.getLogger(__name__)


class LinkState(StrEnum):
    """What a port or a broker is doing."""

    CONNECTING = "connecting"
    UP = "up"
    SILENT = "silent"  # the port is open, the instrument does not answer
    DOWN = "down"
    STOPPED = "stopped"


class Link:
    """State, since when, and why; written by the source and its supervisor, read by anybody."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = LinkState.CONNECTING
        self.detail = ""
        self.since_ns = time.time_ns()  # for people; may jump
        self._since_s = time.monotonic()

    @property
    def age_s(self) -> float:
        """For how long it has been in this state."""
        return time.monotonic() - self._since_s

    def change(self, state: LinkState, detail: str = "") -> None:
        """Enter `state`; the same state again only refreshes the detail.

        What is down stays down while it is tried again: people see since when, and the log tells it once.
        """
        if state is LinkState.CONNECTING and self.state is LinkState.DOWN:
            return
        if state is self.state:
            self.detail = detail
            return
        self.state, self.detail, self.since_ns = state, detail, time.time_ns()
        self._since_s = time.monotonic()
        level = logging.WARNING if state in (LinkState.DOWN, LinkState.SILENT) else logging.INFO
        log.log(level, "source %s is %s%s", self.name, state, f": {detail}" if detail else "")
