"""Entries whose readings an import or a retry brought: what comes live besides must not hang on them.

Both can be withdrawn, and then their readings do not count. A live reading that was dropped as a repeat of
such a one would be lost with it, and no device sends it again. So live readings are compared with what came
live; only what people bring, and can bring again, is compared with what they brought.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from typing import Final

import numpy as np

from gateway.journal.archive import Archive
from gateway.journal.counting import Ranges
from gateway.journal.database import Connection, all_rows, first_row
from gateway.statements.brought import KINDS

FILES_KEPT: Final = 200  # of the archive whose imports are remembered: a few ranges each
_IMPORTS: Final = """SELECT seq, committed_ns FROM entry
    WHERE kind IN (?, ?) AND hour IS NULL AND seq > ? ORDER BY seq"""
_COMMITTED: Final = "SELECT committed_ns FROM entry WHERE seq = ?"


class Imported:
    """Their entries stand right before the statement and were committed with it, so at its moment."""

    def __init__(self, connection: Connection, archive: Archive) -> None:
        self._connection = connection
        self._archive = archive
        self._seq: list[int] = []  # of the statements, in order
        self._committed: list[int] = []
        self._files: OrderedDict[str, Ranges] = OrderedDict()

    def hear(self) -> None:
        """Look for new ones: one step in an index where there are none."""
        behind = self._seq[-1] if self._seq else 0
        for seq, committed_ns in all_rows(self._connection, _IMPORTS, (*KINDS, behind)):
            self._seq.append(seq)
            self._committed.append(committed_ns)

    def brought(self, seq: int) -> bool:
        """Whether people brought an entry of readings, which is not archived."""
        following = bisect_right(self._seq, seq)
        if following == len(self._seq):
            return False
        row = first_row(self._connection, _COMMITTED, (seq,))
        return row is not None and row[0] == self._committed[following]

    def ranges(self, file: str) -> Ranges:
        """First and last number of such entries in a file of the archive."""
        if not self._seq:
            return ()
        if file not in self._files:
            self._files[file] = self._found(file)
            if len(self._files) > FILES_KEPT:
                self._files.popitem(last=False)
        self._files.move_to_end(file)
        return self._files[file]

    def _found(self, file: str) -> Ranges:
        contents = self._archive.contents_of(file)
        following = np.searchsorted(np.array(self._seq, np.int64), contents.seq, side="right")
        committed = np.array([*self._committed, -1], np.int64)[following]
        mine = np.flatnonzero(committed == contents.committed)
        runs = np.split(mine, np.flatnonzero(np.diff(mine) > 1) + 1) if len(mine) else []
        return tuple((int(contents.seq[run[0]]), int(contents.seq[run[-1]])) for run in runs)
