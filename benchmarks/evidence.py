"""The evidence log: leaves appended a second, time of a proof, and what a following log costs ingestion.

python -m benchmarks.evidence
python -m benchmarks.evidence --leaves 1000000
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from gateway.evidence.follower import LOOK_S, REST_S
from gateway.evidence.keeping import Keeping
from gateway.evidence.leaves import Leaf
from gateway.evidence.store import Store
from gateway.evidence.tree import included, leaf_hash
from gateway.journal.items import Items, Place
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples

AT_ONCE = 10_000  # leaves in one transaction, as the follower does while it catches up
PROOFS = 2000
COMMITS, READINGS = 400, 1000
NOON_NS = 1_767_614_400 * SECOND


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--leaves", type=int, default=300_000)
    leaves = parser.parse_args().leaves
    with tempfile.TemporaryDirectory(prefix="cryogate-evidence-") as folder:
        _append(Path(folder), leaves)
        _prove(Path(folder), leaves)
    with tempfile.TemporaryDirectory(prefix="cryogate-evidence-") as folder:
        _ingest(Path(folder))


def _append(folder: Path, count: int) -> None:
    """Of 250 bytes each, on disk and synced."""
    leaves = [Leaf(b"%-250d" % n, n + 1, Place(n + 1, 0)) for n in range(count)]
    with Store.make(folder / "evidence.sqlite", "example.com/log", "", "ABCD2345") as store:
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, count, AT_ONCE):
            store.append(leaves[start : start + AT_ONCE])
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    size = (folder / "evidence.sqlite").stat().st_size
    print(f"appended {count:,} leaves: {count / took_s:,.0f}/s, by processor time {count / cpu_s:,.0f}/s,")
    print(f"  {size / count:.0f} bytes each")


def _prove(folder: Path, count: int) -> None:
    chance = random.Random(1)
    asked = [chance.randrange(count) for _ in range(PROOFS)]
    with Store(folder / "evidence.sqlite") as store:
        root, took_s = store.tree.root(), []
        for index in asked:
            began = time.thread_time()
            proof = store.tree.inclusion(index, count)
            took_s.append(time.thread_time() - began)
            assert included(leaf_hash(b"%-250d" % index), index, count, proof, root)
        began = time.thread_time()
        for index in asked:
            store.tree.consistency(index + 1, count)
        each_s = (time.thread_time() - began) / PROOFS
    middle, worst = np.quantile(took_s, [0.5, 0.99]) * 1e3
    print(f"proof of inclusion in {count:,}, processor time: median {middle:.3f} ms, 99 % {worst:.3f} ms;")
    print(f"  of consistency {each_s * 1e3:.3f} ms on average")


def _ingest(folder: Path) -> None:
    """Commits a second without and with a log that follows, turn by turn."""
    clock = itertools.count(NOON_NS, SECOND)
    with Journal.open(folder / "journal.sqlite", lambda: next(clock)) as journal:
        start = 0
        for turn in range(3):
            alone = _commits(journal, start)
            followed = _followed(folder, journal, start + COMMITS)
            start += 2 * COMMITS
            print(f"ingestion, turn {turn + 1}: {alone:,.0f} readings/s alone, {followed:,.0f} with the log")


def _followed(folder: Path, journal: Journal, start: int) -> float:
    stop, spent_s = threading.Event(), list[float]()

    def follow() -> None:
        path = folder / "journal.sqlite"
        with Items(path, writing=True) as items, Keeping(folder, items, "b", time.time_ns) as keeping:
            while not stop.is_set():
                stop.wait(REST_S if keeping.step() else LOOK_S)
            while keeping.step():
                pass
        spent_s.append(time.thread_time())

    thread = threading.Thread(target=follow)
    thread.start()
    rate = _commits(journal, start)
    stop.set()
    thread.join()
    print(f"  the log took {spent_s[0] / COMMITS / READINGS * 1e9:.0f} ns of processor time a reading")
    return rate


def _commits(journal: Journal, start: int) -> float:
    began = time.perf_counter()
    for number in range(start, start + COMMITS):
        journal.commit(_readings(number))
    return COMMITS * READINGS / (time.perf_counter() - began)


def _readings(number: int) -> Arrivals:
    times = np.full(READINGS, NOON_NS + number * SECOND, np.int64)
    channel = np.arange(1, READINGS + 1, dtype=np.int32)
    value = -190.0 + np.sin(channel + number).round(2)
    return Arrivals(Samples(times, channel, value, np.zeros(READINGS, np.uint8)), times)


if __name__ == "__main__":
    main()
