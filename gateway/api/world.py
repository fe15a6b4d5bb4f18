"""What routes ask: the configuration, journal and records of the thread, the gateway that runs."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from gateway.api.asking import ask
from gateway.api.backups import Backups
from gateway.api.kept_alarms import KeptAlarms
from gateway.api.liveness import Liveness, liveness
from gateway.api.scope import Scope
from gateway.commands.desk import Clock
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import NotRunning
from gateway.jobs.jobs import Jobs
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
from gateway.published.alarm import of_known
from gateway.rights.principal import Principal
from gateway.statements import configuration, placement, withdrawal
from gateway.tiles.making import Maker
from gateway.tiles.picture import Pictures
from gateway.times import format_rfc3339

ANSWER_WITHIN_S: Final = 3.0  # of a gateway that hangs: whoever asks waits no longer
PLACING: Final = (configuration.KIND, placement.KIND, withdrawal.KIND)
FRESH_S: Final = 0.5  # how old the answer of the running gateway may be: it has more to do than to answer
EXAMINED_S: Final = 10.0  # how old an examination may be: it connects to everything outside
JOURNAL, RECORDS = "journal.sqlite", "records.sqlite"
Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Journal and records, open for reading; they belong to one thread."""

    journal: Journal
    records: Records


class World:
    """Asked from any thread."""

    def __init__(
        self,
        configured: Configuration,
        examine: Callable[[], Any],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.configuration, self.now_ns = configured, now_ns
        self.examined = _Kept(examine, EXAMINED_S)
        self.status = _Kept(lambda: ask(self.folder, "status", ANSWER_WITHIN_S))
        self.alarms_now = _Kept(lambda: ask(self.folder, "alarms", ANSWER_WITHIN_S))
        self._liveness = _Kept(lambda: liveness(self.folder))
        self.alarms = KeptAlarms(configured.priorities)
        self.tiles = Maker(configured.data_dir)
        self.pictures = Pictures(configured.data_dir, self.tiles)
        folder = configured.pages.backup_dir
        self.backups = Backups(configured.data_dir, None if folder is None else Path(folder))
        self.jobs = Jobs(configured.path, configured.data_dir, now_ns)
        self._of_thread = threading.local()
        self._timeline: tuple[tuple[int, ...], Timeline] | None = None

    @property
    def clock(self) -> Clock:
        """For whoever only looks: what is stated goes by the gateway's, see commands/desk.py."""
        return _LookingClock(self.now_ns)

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

    @contextmanager
    def apart(self) -> Iterator[Reading]:
        """Others, for a long answer that is sent piece by piece, from whatever thread is free."""
        reading = self._open()
        try:
            yield reading
        finally:
            reading.records.close()
            reading.journal.close()

    def timeline(self) -> Timeline:
        """Configurations and placements as they are stated now."""
        journal = self.reading().journal
        stamp = tuple(next((seq for seq, _ in journal.newest_statements(kind)), 0) for kind in PLACING)
        if self._timeline is None or self._timeline[0] != stamp:
            self._timeline = (stamp, timeline_of(journal))
        return self._timeline[1]

    def scope(self, who: Principal) -> Scope:
        return Scope(who, self.configuration, self.timeline(), self.now_ns(), self._alarm)

    def _alarm(self, identity: str) -> Mapping[str, Any] | None:
        """As it is now, without its units; None where there is none of this id."""
        row = self.reading().records.book.alarm(identity)
        return None if row is None else of_known({**row.body, "units": None}, row.number)

    def known(self) -> dict[str, Any]:
        """Whether a gateway runs; when not, when it was that all this was known."""
        found: Liveness = self._liveness.value()
        at = None if found.last_ns is None else format_rfc3339(found.last_ns)
        return {"running": True} if found.runs else {"running": False, "at": at}

    def known_ns(self) -> int | None:
        """When a gateway that runs no more wrote last; None while one runs."""
        found: Liveness = self._liveness.value()
        return None if found.runs else found.last_ns

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


@dataclass(frozen=True, slots=True)
class _LookingClock:
    now_ns: Callable[[], int]
    trusted: bool = True
    reason: str = ""


@dataclass(slots=True)
class _Kept:
    """An answer that many may ask for, and that is asked for once in `fresh_s`; also that nobody answered."""

    ask: Callable[[], Any]
    fresh_s: float = FRESH_S
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _at_s: float = -math.inf
    _value: Any = None
    _error: NotRunning | None = None

    def value(self) -> Any:
        """Raises NotRunning, also where somebody else waits for the answer for too long."""
        if not self._turn.acquire(timeout=ANSWER_WITHIN_S):
            raise NotRunning("somebody asks this already, and it takes its time: ask again in a moment")
        try:
            if time.monotonic() - self._at_s >= self.fresh_s:
                self._value, self._error = None, None
                try:
                    self._value = self.ask()
                except NotRunning as error:
                    self._error = error
                self._at_s = time.monotonic()
            if self._error is not None:
                raise NotRunning(str(self._error))
            return self._value
        finally:
            self._turn.release()


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


Asked = Annotated[World, Depends(_world)]
