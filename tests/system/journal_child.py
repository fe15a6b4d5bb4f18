"""Commits batch after batch and says so after each: the process that test_journal_crash.py kills.

    python journal_child.py JOURNAL FIRST_BATCH LAST_BATCH

Prints `<batch> <last seq>` once a batch is committed.
"""

import sys
from pathlib import Path

import numpy as np

from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND, Arrivals, Quality, Refusal, Refused, Samples

START_NS = 1_767_610_000 * SECOND
HOUR_NS = 3600 * SECOND


def batch(number):
    """The same every time: some hundred readings, a tenth of them late by up to four hours."""
    random = np.random.default_rng(number)
    size = int(random.integers(1, 600))
    time = START_NS + number * 10 * SECOND + random.integers(0, 10 * SECOND, size)
    late = random.random(size) < 0.1
    time[late] -= random.integers(0, 4 * HOUR_NS, int(late.sum()))
    quality = np.where(random.random(size) < 0.05, Quality.BAD, Quality.GOOD).astype(np.uint8)
    value = np.where(quality == Quality.BAD, np.nan, random.normal(-150.0, 5.0, size))
    if number % 2:
        value = np.round(value, 2)
    channel = random.integers(1, 30, size).astype(np.int32)
    return Arrivals(Samples(time, channel, value, quality), time + random.integers(0, SECOND, size))


def commit(journal, number):
    noise = Refused(Refusal.NOISE, f"batch {number}", "KRDG?", b"\xff" * 100, number)
    said = Statement("note", "child", number, {"batch": number})
    return journal.commit(batch(number), {"port": [noise]}, [said])


def main():
    path, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with Journal.open(path) as journal:
        for number in range(first, last):
            print(number, commit(journal, number).last_seq, flush=True)


if __name__ == "__main__":
    main()
