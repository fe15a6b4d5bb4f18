"""What a reading costs in the journal, beside one SQLite row per reading in the same run.

    python -m benchmarks.journal [--folder DIR] [--readings N]

Every commit is synced. The data: channels at about 1 Hz around -150 degC in steps of 0.01, device times in
whole milliseconds, and the same as a broker's redelivery.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gateway.journal.chain import Chain
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples

START_NS = 1_767_609_600 * SECOND
PER_COMMIT = (1, 10, 100, 1_000, 10_000)
MOST_COMMITS = 2_000  # enough for a steady figure where a commit is small
ROW_TABLE = "CREATE TABLE reading (channel, time, value, quality, received, PRIMARY KEY (channel, time))"


def main() -> None:
    options = _options()
    print("readings |   readings per second    |   bytes per reading")
    print("/commit  |   journal      rows  ratio | journal    rows  ratio")
    for size in PER_COMMIT:
        commits = min(MOST_COMMITS, max(1, options.readings // size))
        _compare(options.folder, size, commits)
    _redeliver(options.folder, options.readings)
    _link(options.folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to measure")
    parser.add_argument("--readings", type=int, default=300_000, help="most readings per measurement")
    return parser.parse_args()


def _compare(folder: Path | None, size: int, commits: int) -> None:
    batches = list(_batches(size, commits))
    fast, small = _measured(folder, lambda path: _into_journal(path, batches), size * commits)
    slow, large = _measured(folder, lambda path: _into_rows(path, batches), size * commits)
    speed = f"{fast:9,.0f} {slow:9,.0f} {fast / slow:5.1f}x"
    print(f"{size:8} | {speed} | {small:7.2f} {large:7.2f} {large / small:5.1f}x")


def _measured(folder: Path | None, write: Callable[[Path], float], readings: int) -> tuple[float, float]:
    """Readings per second, and bytes per reading once the file is closed."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "journal.sqlite"
        seconds = write(path)
        return readings / seconds, path.stat().st_size / readings


def _into_journal(path: Path, batches: list[Arrivals], chain: Chain | None = None) -> float:
    with Journal.open(path, chain=chain) as journal:
        start = time.perf_counter()
        for batch in batches:
            journal.commit(batch)
        return time.perf_counter() - start


def _into_rows(path: Path, batches: list[Arrivals]) -> float:
    connection = connect(path, writing=True)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(ROW_TABLE)
    start = time.perf_counter()
    for batch in batches:
        samples = batch.samples
        columns = (samples.channel, samples.time, samples.value, samples.quality, batch.received)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def _redeliver(folder: Path | None, readings: int) -> None:
    """The whole of it comes a second time, to a journal that has just been opened again."""
    batches = list(_batches(1_000, max(1, readings // 1_000)))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "journal.sqlite"
        fresh = _into_journal(path, batches)
        again = _into_journal(path, batches)
        with Journal.open_reading(path) as journal:
            start = time.perf_counter()
            assert len(journal.read(None, 0, None)) == sum(map(len, batches))
            back = time.perf_counter() - start
    count = sum(map(len, batches))
    print(f"\n{count:,} readings, 1000 per commit")
    print(f"new          {count / fresh:11,.0f} readings/s")
    print(f"redelivered  {count / again:11,.0f} readings/s")
    print(f"read, sorted {count / back:11,.0f} readings/s")


def _link(folder: Path | None) -> None:
    """What the chain adds to a commit of 300 readings, in processor time and in bytes."""
    batches, cost, size = list(_batches(300, MOST_COMMITS)), [], []
    for chain in (None, Chain(bytes(32))) * 5:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            path, before_s = Path(scratch) / "journal.sqlite", time.process_time()
            _into_journal(path, batches, chain)
            cost.append((time.process_time() - before_s) / len(batches))
            size.append(path.stat().st_size / len(batches))
    without, linked = min(cost[::2]), min(cost[1::2])
    print(f"\na commit of 300 readings: {without * 1e6:.0f} us of processor time, {size[0]:.0f} bytes")
    print(f"linked to the chain       {linked * 1e6:.0f} us ({linked / without:.2f}x), {size[1]:.0f} bytes")


def _batches(size: int, commits: int) -> Iterator[Arrivals]:
    """`commits` batches of one reading each of `size` channels, a second apart."""
    random = np.random.default_rng(20260105)
    channel = np.arange(1, size + 1, dtype=np.int32)
    for number in range(commits):
        second = START_NS + number * SECOND
        time_ns = second + random.integers(0, 1000, size) * 1_000_000
        value = np.round(-150.0 + random.normal(0.0, 0.5, size), 2)
        received = second + SECOND + np.sort(random.integers(0, 5_000_000, size))
        yield Arrivals(Samples(time_ns, channel, value, np.zeros(size, np.uint8)), received)


if __name__ == "__main__":
    main()
