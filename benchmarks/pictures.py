"""Pictures of 10 million readings of a channel among 20: `python -m benchmarks.pictures [DAYS]`.

Prints, for an hour to a year, how long an answer of at most 4000 parts takes, and how long it takes to read
every reading of that time and to keep minimum and maximum of each part; then what the sums cost.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from gateway.tiles.making import Maker
from gateway.tiles.picture import Pictures
from gateway.tiles.store import FILE

T = TypeVar("T")
BEGIN_NS = 1_767_571_200 * SECOND  # 2026-01-05
DAYS = int(sys.argv[1]) if len(sys.argv) > 1 else 347
CHANNELS, POINTS, ASKED = 20, 4000, 15
EVERY_S = {0: 3, **dict.fromkeys(range(1, CHANNELS), 60)}  # 10 million readings of the first channel
HOUR_NS = 3600 * SECOND
TIMES_H = {"hour": 1, "day": 24, "month": 30 * 24, "all of it": DAYS * 24}
COMMITS = 300
CHILD = """import sys, threading; from pathlib import Path; from gateway.tiles.making import Maker
Maker(Path(sys.argv[1])).run(threading.Event())"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        _make(folder)
        for words, hours in TIMES_H.items():
            _compare(folder, words, hours)
        _beside_commits(folder)


def _fill(folder: Path) -> None:
    """Two days are left in the log."""
    now = [BEGIN_NS]
    with Journal.open(folder / "journal.sqlite", now_ns=lambda: now[0]) as journal:
        numbers = list(journal.channel_numbers([f"c{k}" for k in range(CHANNELS)]).values())
        for hour in range(24 * DAYS):
            now[0] = BEGIN_NS + (hour + 1) * HOUR_NS - 1
            journal.commit(_of_hour(numbers, hour))
            if hour % 240 == 0:
                with RollOver(folder / "journal.sqlite") as roll:
                    while roll.step(now[0], SegmentEnd()):
                        pass


def _of_hour(numbers: list[int], hour: int) -> Arrivals:
    rng, parts = np.random.default_rng(hour), []
    for k, number in enumerate(numbers):
        time_ns = BEGIN_NS + hour * HOUR_NS + np.arange(0, 3600, EVERY_S[k], dtype=np.int64) * SECOND
        value = np.round(rng.normal(-190.0, 0.1, len(time_ns)), 2)
        few = np.zeros(len(time_ns), np.uint8)
        parts.append(Samples(time_ns, np.full(len(time_ns), number, np.int32), value, few))
    samples = Samples.concatenate(parts)
    return Arrivals(samples, samples.time)


def _make(folder: Path) -> None:
    maker, began_s = Maker(folder), time.process_time()
    while maker.step():
        pass
    maker.close()
    readings = sum(DAYS * 86400 // every for every in EVERY_S.values())
    took_s, size = time.process_time() - began_s, (folder / FILE).stat().st_size
    archive = sum(path.stat().st_size for path in (folder / "archive").glob("*"))
    print(
        f"sums of {readings / 1e6:.1f} million readings: {took_s:.0f} s of processor, "
        f"{1e6 * took_s / readings:.1f} us each"
    )
    print(f"on disk {size / 1e6:.0f} MB beside {archive / 1e6:.0f} MB of archive")


def _compare(folder: Path, words: str, hours: int) -> None:
    maker = Maker(folder)
    pictures = Pictures(folder, maker)
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        end_ns = BEGIN_NS + 24 * DAYS * HOUR_NS - 24 * 3 * HOUR_NS * (hours < 24 * 300) - 17
        start_ns = max(BEGIN_NS, end_ns - hours * HOUR_NS) + 11
        picture, answered = _timed(lambda: pictures.of(journal, [1], start_ns, end_ns, POINTS)[0], ASKED)
        again, read = _timed(lambda: _read_all(folder, start_ns, end_ns), 1 if hours > 100 else 3)
    maker.close()
    assert int(picture.rows.count.sum()) == again, (int(picture.rows.count.sum()), again)
    print(
        f"{words}: {again} readings as {len(picture.rows)} parts in {answered} ms; "
        f"read and decimated in {read} ms: {read.processor / answered.processor:.0f} times"
    )


def _read_all(folder: Path, start_ns: int, end_ns: int) -> int:
    """The alternative: every reading, then minimum and maximum of each part."""
    width, count = -(-(end_ns - start_ns) // POINTS), 0
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        for hour in journal.scan([1], start_ns, end_ns):
            samples = hour.samples
            begins = np.flatnonzero(np.diff((samples.time - start_ns) // width, prepend=-1))
            np.minimum.reduceat(samples.value, begins)
            np.maximum.reduceat(samples.value, begins)
            count += len(samples)
    return count


class Took(NamedTuple):
    """Medians, ms: by the clock on the wall, and of the processor, which other work does not change."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} ({self.processor:.1f} of the processor)"


def _timed(ask: Callable[[], T], times: int) -> tuple[T, Took]:
    took = []
    for _ in range(times):
        began_s, worked_s = time.perf_counter(), time.process_time()
        found = ask()
        took.append((time.perf_counter() - began_s, time.process_time() - worked_s))
    return found, Took(*(1000 * statistics.median(column) for column in zip(*took, strict=True)))


def _beside_commits(folder: Path) -> None:
    """Commits of 20 readings, in turn with nobody beside and with the maker of sums in its own process."""
    now_ns = BEGIN_NS + 24 * DAYS * HOUR_NS
    alone, beside = list[float](), list[float]()
    with Journal.open(folder / "journal.sqlite", now_ns=lambda: now_ns) as journal:
        for turn in range(8):
            made = [subprocess.Popen([sys.executable, "-c", CHILD, str(folder)])] if turn % 2 else []
            time.sleep(2.0)
            took = beside if made else alone
            for k in range(COMMITS):
                at = now_ns + (turn * COMMITS + k) * SECOND
                column = np.full(CHANNELS, at, np.int64)
                value = np.full(CHANNELS, -190.0 + k / 100)
                samples = Samples(
                    column, np.arange(1, CHANNELS + 1, dtype=np.int32), value, np.zeros(CHANNELS, np.uint8)
                )
                began_s = os.times().user + os.times().system
                journal.commit(Arrivals(samples, column))
                took.append(os.times().user + os.times().system - began_s)
                time.sleep(0.005)
            for child in made:
                child.kill()
                child.wait()
    one, other = statistics.mean(alone), statistics.mean(beside)
    print(
        f"processor time of a commit of {CHANNELS} readings beside the maker of sums: "
        f"{other / one:.2f} of that alone"
    )


if __name__ == "__main__":
    main()
