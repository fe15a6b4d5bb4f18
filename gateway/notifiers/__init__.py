"""Notifiers, one file each: alarm changes to people; the file's name is the `kind` of a notifier.

A file in this folder provides

    class Options                          frozen dataclass: the notifier's table, without `kind`
    class Notifier:                        see `Notifier` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

from typing import Protocol

from gateway.alarms.change import AlarmChange


class Notifier(Protocol):
    """One way to tell people. Used by one thread."""

    def notify(self, change: AlarmChange) -> str:
        """Returns once the outside world has it, with what it answered; empty where it answers nothing.

        Raises LinkDown when it has to be tried again, and Rejected when that would never help. After a crash
        in between the last changes come again: one that can tell tells them once.
        """
