"""What systemd is told about this service: ready, alive, stopping, and a line of status (sd_notify(3)).

Without NOTIFY_SOCKET in the environment nobody listens and nothing is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from typing import Final

from gateway.text import one_line

log = logging.getLogger(__name__)
MICROSECONDS: Final = 1_000_000
LONGEST_STATUS: Final = 500  # characters
TELL_S: Final = 5.0  # how often the status line is looked at where there is no watchdog


class Systemd:
    """The datagram socket of the service manager; every send may fail, and the gateway goes on."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._told = ""
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = environment.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(usec) / MICROSECONDS if mine and usec.isdecimal() and int(usec) > 0 else None

    def ready(self) -> None:
        """Everything runs."""
        self._send("READY=1")

    def stopping(self) -> None:
        """We were asked to end and are about it."""
        self._send("STOPPING=1\nSTATUS=stopping: writing what is still in memory")

    def alive(self) -> None:
        """The watchdog may wait again."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`, when it changes."""
        line = one_line(" ".join(text.split()))[:LONGEST_STATUS]
        if line != self._told:
            self._told = line
            self._send(f"STATUS={line}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.setblocking(False)  # a full queue must not stop the gateway
            connection.sendto(message.encode(), self._address)


async def watch(systemd: Systemd, stuck: Callable[[float], str], line: Callable[[], str]) -> None:
    """Tell systemd that we live, as long as `stuck` names no part that has not moved; until cancelled.

    `stuck` is asked for what has not moved for half of the watchdog's time.
    """
    patience_s = systemd.watchdog_s
    said = ""
    while True:
        found = stuck(patience_s / 2) if patience_s is not None else ""
        if patience_s is not None and not found:
            systemd.alive()
        if found and found != said:
            log.error("%s; systemd is not told that the gateway lives, and restarts it", found)
        said = found
        systemd.status(found or line())
        await asyncio.sleep(TELL_S if patience_s is None else min(TELL_S, patience_s / 4))
