"""What cannot be read, files of the archive and statements: named, and passed over by who has to go on.

A gateway shares one list among all its connections, so that it starts, takes new data and says which time is
missing. Whoever answers questions about the past has none, and raises instead.
"""

from __future__ import annotations

import threading

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """One file of the archive, and the time of the readings in it, as the index says."""

    file: str
    why: str
    first_ns: int
    last_ns: int

    def covers(self, first_ns: int, last_ns: int) -> bool:
        """Whether readings of [first_ns, last_ns] may be in it."""
        return self.first_ns <= last_ns and first_ns <= self.last_ns


@dataclass(frozen=True, slots=True)
class DamagedStatement:
    """An entry that says nothing any more; of what kind it was, and when, as far as its row still tells."""

    seq: int
    kind: str
    committed_ns: int


class Damaged:
    """Those that are known, by name; any thread may ask, add and remove.

    What was logged of the journal itself is kept over a new list: `earlier`, of the same process.
    """

    def __init__(self, earlier: Damaged | None = None) -> None:
        self._files: dict[str, DamagedFile] = {}
        self._statements: dict[int, DamagedStatement] = {}
        self._turn = threading.Lock()
        self._logged: set[str] = set() if earlier is None else earlier._logged
        self.hidden = ""  # why entries that are there may not be found

    def __contains__(self, file: str) -> bool:
        return file in self._files

    def add(self, found: DamagedFile) -> None:
        """What was said first about a file stands."""
        with self._turn:
            self._files.setdefault(found.file, found)

    def remove(self, file: str) -> None:
        """It can be read again, or is no part of the archive any more."""
        with self._turn:
            self._files.pop(file, None)

    def all(self) -> list[DamagedFile]:
        """Those of the earliest readings first."""
        with self._turn:
            return sorted(self._files.values(), key=lambda one: (one.first_ns, one.file))

    def is_new(self, message: str) -> bool:
        """Whether it was not logged yet: each connection of a gateway finds the same."""
        with self._turn:
            if message in self._logged:
                return False
            self._logged.add(message)
            return True

    def add_statement(self, found: DamagedStatement) -> None:
        with self._turn:
            self._statements.setdefault(found.seq, found)

    def statements(self) -> list[DamagedStatement]:
        """In the order of the journal."""
        with self._turn:
            return [self._statements[seq] for seq in sorted(self._statements)]
