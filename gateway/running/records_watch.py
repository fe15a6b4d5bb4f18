"""The records: rows that are damaged are made again from the journal, and a fault says so.

Row by row while the gateway runs. A file that is damaged as a whole is put aside, and everything is made
again from the journal, as after it was deleted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Fault
from gateway.errors import JournalError
from gateway.journal.database import Error, all_rows, connect
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import Remaking
from gateway.model import Severity

log = logging.getLogger(__name__)
TABLES: Final = 6  # that are looked at one after the other
SAID_S: Final = 60.0  # how long it is said of rows that were mended at once
FORGOTTEN: Final = (
    "{} rows about what sinks and notifiers could not deliver are damaged: which readings and changes of "
    "alarms these were is not known any more. `cryogate parked` still counts the readings; export them to "
    "where they are missing, check the disk, and acknowledge this alarm"
)
ASIDE: Final = ".damaged"  # suffix of a file that was put aside; the next one takes its place


def put_aside_if_damaged(path: Path, *, certain: bool = False) -> bool:
    """Before the records are opened: whether they were damaged as a whole, and are to be made again."""
    if not path.exists() or not (certain or _is_damaged(path)):
        return False
    for end in ("", "-wal", "-shm"):
        file = path.with_name(path.name + end)
        if file.exists():
            file.replace(file.with_name(file.name + ASIDE))
    log.error("%s is damaged: put aside as %s; it is made again from the journal", path, path.name + ASIDE)
    return True


def _is_damaged(path: Path) -> bool:
    try:
        with closing(connect(path, writing=False)) as database:
            return all_rows(database, "PRAGMA quick_check(1)") != [("ok",)]
    except (Error, UnicodeDecodeError) as error:
        return not _is_busy(error)


def _is_busy(error: Exception) -> bool:
    return "locked" in str(error) or "busy" in str(error)


class RecordsWatch:
    """A check for the fault watch: asked once a second by one thread."""

    def __init__(
        self,
        journal: Journal,
        records: Records,
        was_put_aside: bool,
        begin_again: Callable[[], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`begin_again`: the gateway is to start anew, without the records there are."""
        self._remaking = Remaking(journal, records)
        self._begin_again = begin_again
        self._now_s = now_s
        self._until_s = now_s() + SAID_S
        self._said = "the records were damaged as a whole and are put aside" if was_put_aside else ""
        self._look_before_they_are_made_again()

    def __call__(self) -> Iterator[Fault]:
        """A fault for a while after something was damaged."""
        try:
            damaged = self._remaking.look()
        except JournalError as error:
            yield Fault("records", Severity.MAJOR, f"{error}; they are made again from the journal")
            self._begin_again()
            return
        if damaged:
            self._say(f"{damaged} rows of the records were damaged")
        if self._said and self._now_s() < self._until_s:
            yield Fault(
                "records", Severity.MAJOR, f"{self._said}; made again from the journal: check the disk"
            )
        if self._remaking.forgotten:
            yield Fault(
                "parked rows", Severity.MAJOR, FORGOTTEN.format(self._remaking.forgotten), seen=self._seen
            )

    def _seen(self) -> None:
        self._remaking.forgotten = 0

    def _look_before_they_are_made_again(self) -> None:
        """Screening writes anew what it finds wrong at its start: nobody could count that any more."""
        try:
            damaged = sum(self._remaking.look() for _ in range(TABLES))
        except JournalError:
            return  # the next look says so
        if damaged:
            self._say(f"{damaged} rows of the records were damaged")

    def _say(self, what: str) -> None:
        self._said, self._until_s = what, self._now_s() + SAID_S
        log.error("%s; they are made again from the journal: check the disk (dmesg)", what)
