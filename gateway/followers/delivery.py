"""Alarm changes to notifiers: each change once, in order, again and again until it is delivered.

What was told to whom is in the records, so that a restart neither repeats a storm nor forgets a change. A
notifier that is new hears what happens from now on, not everything that ever did.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from gateway.config.types import NOTIFIERS, Configuration
from gateway.errors import LinkDown
from gateway.journal.records import Records

LOOK_S = 1.0
MOST_AT_ONCE = 500


class Notifier(Protocol):
    """What a file in gateway/notifiers provides."""

    def notify(self, change: str, alarm: Mapping[str, Any]) -> None: ...


class Delivery:
    """Follows the changes of alarms with one cursor per notifier."""

    def __init__(self, configuration: Configuration, records: Records) -> None:
        self._records = records
        self._notifiers: dict[str, Notifier] = {
            name: importlib.import_module(f"{NOTIFIERS}.{told.kind}").Notifier(told.options)
            for name, told in configuration.notifiers.items()
        }
        self.problems: dict[str, str] = {}
        with records.transaction():
            for name in self._notifiers:
                records.begin_at_last_change(f"notifier:{name}")

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; what is not delivered by then is delivered after the next start."""
        while True:
            self.problems.pop("delivery", None)
            for name, notifier in self._notifiers.items():
                self._catch_up(name, notifier)
            if stop.wait(LOOK_S):
                return

    def failed(self, reason: str) -> None:
        self.problems["delivery"] = reason

    def _catch_up(self, name: str, notifier: Notifier) -> None:
        follower = f"notifier:{name}"
        for number, change, alarm in self._records.changes(self._records.cursor(follower), MOST_AT_ONCE):
            try:
                notifier.notify(change, alarm)
            except LinkDown as error:
                self.problems[name] = str(error)
                return
            self.problems.pop(name, None)
            with self._records.transaction():
                self._records.move_cursor(follower, number)
