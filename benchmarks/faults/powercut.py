"""Power cuts at write level: after each write of a committing process, in every way the disk may be then."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell
from benchmarks.faults.recording import Disk, Files, Operation, record
from benchmarks.faults.tail import quick_looks, scratch
from benchmarks.faults.writer import READINGS, found

BATCHES: Final = 18
CLOSE: Final = 3  # operations around a sync of which each is looked at
STRIDE: Final = {"short": 200, "usual": 20, "long": 1}  # elsewhere: every so many of a large commit
THINNED: Final = {"short": 9, "usual": 1, "long": 1}  # of all these every so many
SHUFFLES: Final = {"short": 1, "usual": 2, "long": 4}
SEED: Final = 20_260_105


def cut(folder: Path, size: Size, tell: Tell) -> Outcome:
    """Every commit that had returned is there whole, every other one whole or not at all."""
    (folder / "recorded").mkdir(parents=True)
    journal = folder / "recorded" / "journal.sqlite"
    tell("recording")
    command = [sys.executable, "-m", "benchmarks.faults.writer", str(journal), str(BATCHES)]
    operations = record(command, journal.parent)
    disk, committed = Disk(), 0
    wanted = present = states = 0
    failed = ""
    looked_at = set(sorted(_looked_at(operations, STRIDE[size]))[:: THINNED[size]])
    dice = random.Random(SEED)
    with quick_looks(), scratch() as place:
        for n, operation in enumerate(operations):
            disk.do(operation)
            committed += operation.kind == "said"
            if n not in looked_at:
                continue
            tell(f"write {n} of {len(operations)}")
            for files in _states(disk, dice, SHUFFLES[size]):
                batches, problem = _opened(place, files)
                states += 1
                wanted += committed * READINGS
                present += min(committed, batches) * READINGS
                if problem or batches < committed:
                    failed = f"after operation {n}: {batches} of {committed} commits; {problem}"
    if committed < BATCHES:
        failed = f"only {committed} commits were recorded"
    note = (
        f"{states} states after {len(looked_at)} of {len(operations)} writes and syncs of {BATCHES} commits"
    )
    return Outcome("power cut at write level", note, wanted, present, None, 0, None, failed)


def _looked_at(operations: list[Operation], stride: int) -> set[int]:
    syncs = (n for n, one in enumerate(operations) if one.kind in ("sync", "said", "unlink", "truncate"))
    close = {n + k for n in syncs for k in range(-CLOSE, CLOSE + 1)}
    return (close | set(range(0, len(operations), stride))) & set(range(len(operations)))


def _states(disk: Disk, dice: random.Random, shuffles: int) -> Iterator[Files]:
    yield disk.all_written()
    yield disk.synced_only()
    yield from disk.torn()
    for _ in range(shuffles):
        yield disk.shuffled(dice)


def _opened(place: Path, files: Files) -> tuple[int, str]:
    for path in place.iterdir():
        path.unlink()
    for name, data in files.items():
        (place / name).write_bytes(data)
    if not files.get("journal.sqlite"):
        return 0, ""
    batches, problem, _ = found(place / "journal.sqlite")
    return batches, problem
