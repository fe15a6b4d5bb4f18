"""What routes ask: the configuration, journal and records of the thread, the gateway that runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.api.asking import ask
from gateway.api.liveness import Liveness, liveness
from gateway.config.types import Configuration
from gateway.errors import NotRunning
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
from gateway.times import format_rfc3339

ANSWER_WITHIN_S: Final = 3.0  # of a gateway that hangs: whoever asks waits no longer
FRESH_S: Final = 0.5  # how old the answer of the running gateway may be: it has more to do than to answer
JOURNAL, RECORDS = "journal.sqlite", "records.sqlite"
Stamp = tuple[tuple[int, int], ...]
Finding = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Journal and records, open for reading; they belong to one thread."""

    journal: Journal
    records: Records


class World:
    """Asked from any thread."""

    def __init__(
        self,
        configuration: Configuration,
        examine: Callable[[], Any],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.configuration, self.now_ns, self.examine = configuration, now_ns, examine
        self.status = _Kept(lambda: ask(self.folder, "status", ANSWER_WITHIN_S))
        self.alarms_now = _Kept(lambda: ask(self.folder, "alarms", ANSWER_WITHIN_S))
        self._liveness = _Kept(lambda: liveness(self.folder))
        self._of_thread = threading.local()

    @property
    def folder(self) -> Path:
        return self.configuration.data_dir

    def reading(self) -> Reading:
        """Those of this thread. Raises NotRunning where no gateway ever ran."""
        stamp = self._stamp()
        known: tuple[Stamp, Reading] | None = getattr(self._of_thread, "reading", None)
        if known is None or known[0] != stamp:
            self._of_thread.reading = known = (stamp, self._open())
        return known[1]

    def known(self) -> dict[str, Any]:
        """Whether a gateway runs; when not, when it was that all this was known."""
        found: Liveness = self._liveness.value()
        at = None if found.last_ns is None else format_rfc3339(found.last_ns)
        return {"running": True} if found.runs else {"running": False, "at": at}

    def _open(self) -> Reading:
        journal = Journal.open_reading(self.folder / JOURNAL, Damaged())
        records = Records(self.folder / RECORDS, read_only=True)
        Remaking(journal, records)
        return Reading(journal, records)

    def _stamp(self) -> Stamp:
        """Another one once a file was replaced by another: records are made again, journals restored."""
        try:
            found = [(self.folder / name).stat() for name in (JOURNAL, RECORDS)]
        except FileNotFoundError:
            raise NotRunning(
                f"{self.folder}: no journal and records yet; start a gateway with `cryogate run`"
            ) from None
        return tuple((one.st_dev, one.st_ino) for one in found)


@dataclass(slots=True)
class _Kept:
    """An answer that many may ask for, and that is asked for once in FRESH_S; also that nobody answered."""

    ask: Callable[[], Any]
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _at_s: float = -FRESH_S
    _value: Any = None
    _error: NotRunning | None = None

    def value(self) -> Any:
        """Raises NotRunning."""
        with self._turn:
            if time.monotonic() - self._at_s >= FRESH_S:
                self._value, self._error = None, None
                try:
                    self._value = self.ask()
                except NotRunning as error:
                    self._error = error
                self._at_s = time.monotonic()
            if self._error is not None:
                raise NotRunning(str(self._error))
            return self._value
