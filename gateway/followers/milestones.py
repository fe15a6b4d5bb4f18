"""How far a sink is, as the journal states it: it goes on there when its records are gone or older.

    sink:NAME     its cursor of readings, and the state behind which it resumes
    alarms:NAME   its cursor of alarm changes
    parked:NAME   what its outside world rejected: how many readings, the newest of them, every alarm change

All of a moment in one commit: every minute in which something was delivered, at a clean end, and at once
where the sink says that an earlier state will be of no use.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any, Final

from gateway.errors import JournalError
from gateway.followers.parking import Parking
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.statements import progress
from gateway.statements.progress import Progress

EVERY_S: Final = 60.0
PARKED_READINGS: Final = 100  # kept in a statement; all of them are counted


class Milestones:
    """Of one sink; used by its thread."""

    def __init__(self, name: str, voice: Voice, records: Records, parking: Parking) -> None:
        self._readings, self._alarms, self._parked = (
            f"{what}:{name}" for what in ("sink", "alarms", "parked")
        )
        self._voice = voice
        self._records = records
        self._parking = parking
        self._said_parked: str | None = None  # the last statement of what is parked
        self._is_behind = False  # whether something was delivered that is not stated
        self._stated_s = time.monotonic()

    def recall(self) -> None:
        """Bring records that are gone or older to what was stated; notice where the statements are older."""
        stated = _newest(self._voice.journal, (self._readings, self._alarms))
        readings, alarms = stated.get(self._readings), stated.get(self._alarms)
        if readings is None or alarms is None:
            self._is_behind = self._records.saved(self._readings) is not None
            return
        if readings.seq > self._records.cursor(self._readings) or not self._records.saved(self._readings):
            self._adopt(readings, alarms)
        self._is_behind = self._here()[1:] != (readings.state, alarms.seq)

    def moved(self) -> None:
        """Something was delivered."""
        self._is_behind = True

    def state_if_due(self) -> None:
        """While the journal cannot be written the pump says so, and this is stated later."""
        if self._is_behind and time.monotonic() - self._stated_s > EVERY_S:
            try:
                self.state()
            except JournalError:
                self._stated_s = time.monotonic()

    def state(self) -> None:
        """Where the sink is now, unless that was said. Raises JournalError."""
        if not self._is_behind:
            return
        seq, state, alarm_seq = self._here()
        said = [Progress(self._readings, seq, state), Progress(self._alarms, alarm_seq, "")]
        parked = _packed(self._parking)
        if parked != self._said_parked:
            said.append(Progress(self._parked, seq, parked))
        self._voice.state([(progress.KIND, progress.to_body(one)) for one in said])
        self._said_parked, self._is_behind, self._stated_s = parked, False, time.monotonic()

    def _here(self) -> tuple[int, str, int]:
        saved = self._records.saved(self._readings)
        state = base64.b64encode(saved[1]).decode() if saved else ""
        return self._records.cursor(self._readings), state, self._records.cursor(self._alarms)

    def _adopt(self, readings: Progress, alarms: Progress) -> None:
        parked = _newest(self._voice.journal, (self._parked,)).get(self._parked)
        with self._records.transaction():
            self._records.move_cursor(self._readings, readings.seq)
            self._records.save(self._readings, readings.seq, base64.b64decode(readings.state))
            self._records.move_cursor(self._alarms, alarms.seq)
            if parked is not None:
                self._parking.replace(*_unpacked(parked.state))
                self._said_parked = parked.state


def _newest(journal: Journal, followers: Iterable[str]) -> dict[str, Progress]:
    """The last that was stated of each."""
    found: dict[str, Progress] = {}
    wanted = set(followers)
    for _, statement in journal.newest_statements(progress.KIND):
        said = progress.of(statement.body)
        if said.follower in wanted:
            found[said.follower] = said
            wanted.discard(said.follower)
        if not wanted:
            break
    return found


def _packed(parking: Parking) -> str:
    """Empty: nothing is parked."""
    if not parking.words:
        return ""
    rows = [astuple(row) for row in parking.readings()[-PARKED_READINGS:]]
    told = {"count": parking.reading_count, "rows": rows, "changes": list(parking.changes().items())}
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()


def _unpacked(state: str) -> tuple[int, list[Parked], dict[int, str]]:
    if not state:
        return 0, [], {}
    told: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(state)))
    return told["count"], [Parked(*row) for row in told["rows"]], dict(told["changes"])
