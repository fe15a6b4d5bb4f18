"""Commits batch after batch, says so after each, and is killed by its own hand: what power cuts are made of.

    python -m benchmarks.faults.writer JOURNAL BATCHES

A batch is the same every time: some readings, one statement, and what was refused; some batches are so large
that SQLite writes its log back into the database after them and begins it anew.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from gateway.errors import JournalError
from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND, Arrivals, Refusal, Refused, Samples

START_NS: Final = 1_767_610_000 * SECOND
LARGE: Final = frozenset({6, 9, 12})  # batches; 400 pages each
NOTE: Final = "batch"
KEPT: Final = 100  # refusals of a source in one commit
READINGS: Final = 40


def readings(batch: int) -> Arrivals:
    """Of times that no other batch has."""
    random = np.random.default_rng(batch)
    time_ns = START_NS + batch * 60 * SECOND + np.arange(READINGS) * SECOND
    channel = random.integers(1, 9, READINGS).astype(np.int32)
    value = random.normal(-150.0, 5.0, READINGS)
    return Arrivals(Samples(time_ns, channel, value, np.zeros(READINGS, np.uint8)), time_ns + 7)


def refused(batch: int) -> dict[str, list[Refused]]:
    """By source; many and long ones in a large batch."""
    payload = np.random.default_rng(batch).bytes(4096)
    one = Refused(Refusal.NOISE, "noise", "KRDG?", payload, batch)
    return {f"port-{n}": [one] * KEPT for n in range(4)} if batch in LARGE else {"port": [one]}


def write(path: Path, batches: int) -> None:
    with Journal.open(path) as journal:
        for batch in range(batches):
            said = Statement(NOTE, "writer", batch, {"batch": batch})
            journal.commit(readings(batch), refused(batch), [said])
            os.write(1, b"%d\n" % batch)
        os.kill(os.getpid(), signal.SIGKILL)


def found(path: Path) -> tuple[int, str, bool]:
    """How many batches a journal holds, what is wrong with them (empty: nothing), whether damage was said."""
    try:
        with Journal.open(path) as journal:
            batches = [s.body["batch"] for _, s in journal.statements(NOTE)]
            is_said = any(True for _ in journal.statements("recovery"))
            stored = journal.read(None, 0, None)
            counted = sum(sum(by.values()) for by in journal.refusal_counts().values())
    except JournalError as error:
        return 0, f"it does not open: {error}", False
    if batches != list(range(len(batches))):
        return len(batches), f"batches {batches}", is_said
    wanted, refusals = _expected(len(batches))
    if counted != refusals:
        return len(batches), f"{counted} refusals, not {refusals}", is_said
    return len(batches), "" if _same(stored, wanted) else "readings differ", is_said


@cache
def _expected(batches: int) -> tuple[Arrivals, int]:
    """Sorted as the journal gives them back; and the number of refusals."""
    every = Arrivals.concatenate([readings(n) for n in range(batches)])
    order = np.lexsort((every.samples.time, every.samples.channel))
    count = sum(len(some) for n in range(batches) for some in refused(n).values())
    return Arrivals(every.samples.take(order), every.received[order]), count


def _same(one: Arrivals, other: Arrivals) -> bool:
    a, b = one.samples, other.samples
    columns = ((a.time, b.time), (a.channel, b.channel), (a.value, b.value), (one.received, other.received))
    return all(np.array_equal(x, y) for x, y in columns)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
