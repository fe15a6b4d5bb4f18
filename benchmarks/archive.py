"""What the archive costs and gives: bytes per reading, roll-over speed, reads of it, and commits beside it.

    python -m benchmarks.archive [--folder DIR] [--channels 200] [--minutes 60]

Every commit is synced. The data: channels at 1 Hz around -150 degC, noise of some hundredths, in
steps of 0.01; with receipt right at the second, and with the jitter of a network to the ms, us and ns.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from gateway.writing.archiving import Archiving

START_NS = 1_767_609_600 * SECOND
NOISES_degC = (0.01, 0.02, 0.05)
EVERYTHING = SegmentEnd(hot_ns=0)
FAR_NS = START_NS + 10_000 * 86_400 * SECOND


def main() -> None:
    options = _options()
    _sizes(options)
    _tiny_commits(options)
    _month(options)
    _stalls(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to measure")
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--minutes", type=int, default=60, help="of 1 Hz data a measurement")
    return parser.parse_args()


def _sizes(options: argparse.Namespace) -> None:
    print("bytes a reading  |  hot | archived | roll-over, readings/s")
    cases = [(noise, 1) for noise in NOISES_degC] + [(0.02, unit) for unit in (10**6, 10**3, 1)]
    for number, (noise_degC, unit_ns) in enumerate(cases):
        jitter = number >= len(NOISES_degC)
        name = f"jitter to {_unit(unit_ns)}" if jitter else f"noise {noise_degC}"
        with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
            path = Path(scratch) / "journal.sqlite"
            readings = _fill(path, _batches(options, noise_degC, unit_ns if jitter else None))
            hot = path.stat().st_size / readings
            began = time.perf_counter()
            _roll(path)
            speed = readings / (time.perf_counter() - began)
            archived = sum(p.stat().st_size for p in (path.parent / "archive").iterdir()) / readings
        print(f"{name:16} | {hot:4.2f} | {archived:8.2f} | {speed:12,.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MB")


def _tiny_commits(options: argparse.Namespace) -> None:
    """An hour of commits of one reading each: read as it is, and archived."""
    entries = 100_000
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        path = Path(scratch) / "journal.sqlite"
        with Journal.open(path) as journal:
            journal._connection.execute("PRAGMA synchronous = OFF")  # only to have it there sooner
            for number in range(entries):
                at = np.array([START_NS + number * 36_000_000])
                one = Samples(
                    at, np.array([number % 100], np.int32), np.array([-150.0]), np.zeros(1, np.uint8)
                )
                journal.commit(Arrivals(one, at))
        hot = _read_s(path, None)
        size = path.stat().st_size / entries
        began = time.perf_counter()
        _roll(path)
        rolled = time.perf_counter() - began
        cold = _read_s(path, None)
        archived = sum(p.stat().st_size for p in (path.parent / "archive").iterdir()) / entries
    print(f"\nan hour of {entries:,} commits of one reading: read in {hot:.2f} s hot, {cold:.3f} s archived")
    print(f"  ({hot / cold:.0f}x), rolled over in {rolled:.1f} s")
    print(f"  {size:.0f} bytes a reading hot, {archived:.1f} archived")


def _month(options: argparse.Namespace) -> None:
    """One channel of a gateway with ten at 1 Hz over 30 days."""
    days, channels = 30, 10
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        path = Path(scratch) / "journal.sqlite"
        with Journal.open(path) as journal:
            for batch in _days(days, channels):
                journal.commit(batch)
        hot = _read_s(path, [1])
        _roll(path)
        cold = _read_s(path, [1])
    readings = days * 86_400
    print(
        f"\na month of one channel of {channels} ({readings:,} readings): {hot:.2f} s hot (one commit a day),"
    )
    print(f"  {cold:.2f} s archived: {readings / cold:,.0f} readings/s")


def _stalls(options: argparse.Namespace) -> None:
    """How long commits take while nothing, and while a segment is archived beside them."""
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        path = Path(scratch) / "journal.sqlite"
        _fill(path, _batches(options, 0.02, 1))
        alone = _commit_times(path, 10.0, FAR_NS)
        stop = threading.Event()
        archiving = Archiving(path, 0)
        archiving._segment = SegmentEnd(0, most_readings=500_000)
        thread = threading.Thread(target=archiving.run, args=(stop,))
        thread.start()
        beside = _commit_times(path, 10.0, FAR_NS + 3600 * SECOND)
        stop.set()
        thread.join()
    print("\ncommits of 100 readings, ms |   p50 |   p99 |   max")
    for name, took in (("alone", alone), ("beside archiving", beside)):
        p50, p99, most = (float(np.percentile(took, p)) * 1e3 for p in (50, 99, 100))
        print(f"{name:27} | {p50:5.2f} | {p99:5.2f} | {most:5.1f}")


def _commit_times(path: Path, seconds: float, start_ns: int) -> list[float]:
    took: list[float] = []
    channel = np.arange(100, dtype=np.int32)
    with Journal.open(path) as journal:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            at = np.full(100, start_ns + len(took) * SECOND)
            samples = Samples(at, channel, np.round(-150 + 0.01 * channel, 2), np.zeros(100, np.uint8))
            began = time.perf_counter()
            journal.commit(Arrivals(samples, at))
            took.append(time.perf_counter() - began)
            time.sleep(0.005)
    return took


def _fill(path: Path, batches: Iterator[Arrivals]) -> int:
    with Journal.open(path) as journal:
        names = [f"site/asset-{n // 2}/probe-{n % 2}" for n in range(1000)]
        journal.channel_numbers(names)
        return sum(journal.commit(batch).fresh for batch in batches)


def _roll(path: Path) -> None:
    with RollOver(path) as roll:
        while roll.step(FAR_NS, EVERYTHING):
            pass


def _read_s(path: Path, channels: list[int] | None) -> float:
    with Journal.open_reading(path) as journal:
        began = time.perf_counter()
        journal.read(channels, 0, None)
        return time.perf_counter() - began


def _batches(options: argparse.Namespace, noise_degC: float, unit_ns: int | None) -> Iterator[Arrivals]:
    """One commit a second; received at the second, or some ms later, counted in `unit_ns`."""
    dice = np.random.default_rng(20260105)
    channel = np.arange(1, options.channels + 1, dtype=np.int32)
    base, phase = dice.uniform(-190.0, -140.0, len(channel)), dice.uniform(0.0, 6.3, len(channel))
    for second in range(60 * options.minutes):
        time_ns = np.full(len(channel), START_NS + second * SECOND)
        drift = 0.3 * np.sin(second / 600.0 + phase)
        value = np.round(base + drift + dice.normal(0.0, noise_degC, len(channel)), 2)
        received = time_ns + 20_000_000
        if unit_ns is not None:
            received = (received + dice.exponential(3e6, len(channel)).astype(np.int64)) // unit_ns * unit_ns
        yield Arrivals(Samples(time_ns, channel, value, np.zeros(len(channel), np.uint8)), received)


def _days(days: int, channels: int) -> Iterator[Arrivals]:
    second = np.arange(86_400)
    for day in range(days):
        dice = np.random.default_rng(day)
        time_ns = np.tile(START_NS + (day * 86_400 + second) * SECOND, channels)
        channel = np.repeat(np.arange(1, channels + 1, dtype=np.int32), 86_400)
        value = -185.0 + np.tile(np.sin(second / 3000.0), channels) + dice.normal(0.0, 0.05, len(time_ns))
        samples = Samples(time_ns, channel, np.round(value, 2), np.zeros(len(time_ns), np.uint8))
        yield Arrivals(samples, time_ns + 20_000_000)


def _unit(ns: int) -> str:
    return {10**6: "ms", 10**3: "us", 1: "ns"}[ns]


if __name__ == "__main__":
    main()
