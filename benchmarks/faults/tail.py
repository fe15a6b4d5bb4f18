"""The end of the journal's log, damaged: every byte of the last commits flipped, and the log cut at each."""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell
from benchmarks.faults.writer import READINGS, found
from gateway.journal import wal

BATCHES: Final = 6
LAST: Final = {"short": 1, "usual": 3, "long": 3}  # commits whose bytes are damaged
STEP: Final = {"short": 397, "usual": 16, "long": 1}  # bytes, apart from heads of frames: each of their bytes
HEAD, FRAME, FRAME_HEAD = 32, 24 + 4096, 24
MEMORY: Final = Path("/dev/shm")


def damaged(folder: Path, size: Size, tell: Tell) -> Outcome:
    """Whatever byte it is, everything before that commit is there, and that something is missing is said."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "journal.sqlite"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.faults.writer", str(path), str(BATCHES)],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    database, log = path.read_bytes(), path.with_name("journal.sqlite-wal").read_bytes()
    ends = _commit_ends(log)
    tally = _Tally()
    places = _places(ends[-LAST[size] - 1], len(log), STEP[size])
    with quick_looks(), scratch() as place:
        for n, at in enumerate(places):
            if n % 200 == 0:
                tell(f"byte {n} of {len(places)}, flipped and cut")
            good = BATCHES - sum(end > at for end in ends)
            flipped = log[:at] + bytes([log[at] ^ 0xFF]) + log[at + 1 :]
            tally.count(good, *_opened(place, database, flipped), must_say=True)
            between = (at - HEAD) % FRAME == 0
            tally.count(good, *_opened(place, database, log[:at]), must_say=not between)
    note = (
        f"{len(places)} bytes of the last {LAST[size]} commits flipped, and the log cut there; {tally.said} "
        f"times said, {tally.silent} cuts exactly between frames left to the followers' cursors"
    )
    return Outcome(
        "damaged end of the journal", note, tally.wanted, tally.present, None, 0, None, tally.failed
    )


class _Tally:
    def __init__(self) -> None:
        self.wanted = self.present = self.said = self.silent = 0
        self.failed = ""

    def count(self, good: int, batches: int, problem: str, is_said: bool, *, must_say: bool) -> None:
        self.wanted += good * READINGS
        self.present += min(good, batches) * READINGS
        self.said += is_said
        self.silent += not must_say and not is_said
        if problem or batches != good:
            self.failed = problem or f"{batches} batches where {good} are whole"
        if must_say and not is_said:
            self.failed = "a damaged end was not said"


def _opened(place: Path, database: bytes, log: bytes) -> tuple[int, str, bool]:
    path = place / "journal.sqlite"
    path.write_bytes(database)
    path.with_name("journal.sqlite-wal").write_bytes(log)
    path.with_name("journal.sqlite-shm").unlink(missing_ok=True)
    return found(path)


def _commit_ends(log: bytes) -> list[int]:
    """The byte behind each frame that ends a commit of a batch: the last ones."""
    frames = range(HEAD, len(log), FRAME)
    return [at + FRAME for at in frames if struct.unpack_from(">I", log, at + 4)[0]][-BATCHES:]


def _places(first: int, end: int, step: int) -> list[int]:
    heads = (at for frame in range(first, end, FRAME) for at in range(frame, frame + FRAME_HEAD))
    return sorted({*heads, *range(first, end, step)})


@contextmanager
def scratch() -> Iterator[Path]:
    """In memory where there is such a place: thousands of journals are opened there."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@contextmanager
def quick_looks() -> Iterator[None]:
    """Nobody else writes here: no second look after a pause, and no word on each damaged journal."""
    pause_s = wal.SETTLE_S
    wal.SETTLE_S = 0.0  # type: ignore[misc]
    wal.log.disabled = True
    try:
        yield
    finally:
        wal.SETTLE_S = pause_s  # type: ignore[misc]
        wal.log.disabled = False
