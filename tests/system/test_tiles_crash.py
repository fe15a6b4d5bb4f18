"""Whoever makes the tiles is killed at any moment: what is there afterwards is right, and goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import numpy as np

from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from gateway.tiles.levels import DAY, HOUR
from gateway.tiles.making import Maker
from gateway.tiles.picture import Pictures

BEGIN_NS = 1_767_571_200 * SECOND  # 2026-01-05
CHILD = """import sys, threading; from pathlib import Path; from gateway.tiles.making import Maker
print("ready", flush=True)
Maker(Path(sys.argv[1])).run(threading.Event())"""


def readings(day: int, seed: int) -> Arrivals:
    """Of two channels, a day, partly late."""
    rng = np.random.default_rng(seed)
    time_ns = BEGIN_NS + day * DAY + np.sort(rng.integers(-2 * DAY, DAY, 3000))
    channel = rng.integers(1, 3, len(time_ns)).astype(np.int32)
    samples = Samples(
        time_ns, channel, np.round(rng.normal(-190, 1, len(time_ns)), 2), np.zeros(3000, np.uint8)
    )
    return Arrivals(samples, time_ns)


def test_whatever_is_killed_when_a_picture_is_right(tmp_path):
    rng, path = random.Random(4), tmp_path / "journal.sqlite"
    with Journal.open(path, now_ns=lambda: BEGIN_NS) as journal:
        journal.channel_numbers(["top", "bottom"])
        for turn in range(5):
            journal.commit(readings(turn, turn))
            with RollOver(path) as roll:
                while roll.step(2**62, SegmentEnd(0, most_entries=40)):
                    pass
            child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE)
            assert child.stdout is not None and child.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0.0, 0.5))
            child.kill()
            child.wait()
            child.stdout.close()
            same_as_slowly(journal, tmp_path)


def same_as_slowly(journal: Journal, folder) -> None:
    maker = Maker(folder)
    for _ in range(2):
        for hours, points in ((20 * 24, 1000), (20 * 24, 300), (20 * 24, 30)):
            asked = (journal, [1, 2], BEGIN_NS - 3 * DAY + 7, BEGIN_NS - 3 * DAY + hours * HOUR - 7, points)
            for one, other in zip(
                Pictures(folder, maker).of(*asked), Pictures(folder, None).of(*asked), strict=True
            ):
                assert one.width_ns == other.width_ns and one.holes == other.holes == ()
                for name in ("start", "count", "low", "high", "first", "last", "gap_ns"):
                    assert np.array_equal(
                        getattr(one.rows, name), getattr(other.rows, name), equal_nan=True
                    ), name
        maker.step()
    maker.close()
