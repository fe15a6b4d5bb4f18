"""One year of 1 Hz data of one channel: written to a journal, read back, screened; times apart.

python -m benchmarks.rescreen [--days 365]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples, Severity, to_ns
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit, no_data, rate, stuck
from gateway.screening.screener import Screener

START_NS = 1_735_689_600 * SECOND  # 2025-01-01
DAY = 86_400


def main() -> None:
    """Print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "journal.sqlite") as journal:
        (number,) = journal.channel_numbers(["freezer-1-top"]).values()
        began = time.perf_counter()
        for day in range(days):
            journal.commit(_day(day, number))
        written_s = time.perf_counter() - began
        size = sum(p.stat().st_size for p in Path(folder).iterdir())
        read_s, screened_s, found = _screen(journal, number)
    readings = days * DAY
    print(f"{readings / 1e6:.1f} million readings, {days} days of 1 Hz, 0.01 degC; {found} excursions")
    for what, seconds in (("written", written_s), ("read", read_s), ("screened", screened_s)):
        print(f"  {what:9} {seconds:7.2f} s   {readings / seconds / 1e6:6.2f} million readings/s")
    print(f"  on disk   {size / readings:.2f} bytes a reading")


def _day(day: int, number: int) -> Arrivals:
    """A vapour freezer: -185 degC with noise, a lid opening now and then."""
    dice = np.random.default_rng(day)
    second = np.arange(DAY)
    value = -185.0 + np.sin(second / 3000.0) + dice.normal(0.0, 0.05, DAY)
    if day % 30 == 7:
        value[40_000:41_200] += 40.0 * np.exp(-np.arange(1200) / 400.0)
    time_ns = START_NS + (day * DAY + second) * SECOND
    samples = Samples(time_ns, np.full(DAY, number, np.int32), np.round(value, 2), np.zeros(DAY, np.uint8))
    return Arrivals(samples, time_ns + 20_000_000)


def _plan(number: int) -> Plan:
    rules = [
        ("above-150", "limit", limit.Parameters("high", -150.0, 2.0, 60.0, 60.0)),
        ("above-170", "limit", limit.Parameters("high", -170.0, 2.0, 300.0, 60.0)),
        ("below-200", "limit", limit.Parameters("low", -200.0, 1.0, 60.0, 60.0)),
        ("warming", "rate", rate.Parameters("rising", 5.0, 600.0)),
        ("frozen", "stuck", stuck.Parameters(0.0, 1800.0)),
        ("no-data", "no_data", no_data.Parameters(300.0)),
    ]
    instances = tuple(Instance(number, name, kind, p, Severity.MAJOR, "1") for name, kind, p in rules)
    return Plan((ChannelPlan(number, "freezer-1-top", to_ns(300.0)),), instances)


def _screen(journal: Journal, number: int) -> tuple[float, float, int]:
    screener = Screener(
        _plan(number), lambda channels, start, end: journal.read(channels, start, end).samples
    )
    ids: set[str] = set()
    read_s, screened_s = 0.0, 0.0
    parts: list[Samples] = []

    def screen() -> float:
        began = time.perf_counter()
        ids.update(change.excursion.id for change in screener.take(Samples.concatenate(parts)))
        parts.clear()
        return time.perf_counter() - began

    began = time.perf_counter()
    for hour in journal.scan([number], START_NS, None):
        parts.append(hour.samples)
        if len(parts) == 24:
            read_s += time.perf_counter() - began
            screened_s += screen()
            began = time.perf_counter()
    read_s += time.perf_counter() - began
    return read_s, screened_s + screen(), len(ids)


if __name__ == "__main__":
    main()
