"""Reports of an excursion of ten days with four probes at 1 Hz, and of a year of 500 assets: time and memory.

python -m benchmarks.dossier [--days 10] [--probes 4] [--assets 500]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
import tomllib
from pathlib import Path

import numpy as np

from gateway.alarming.screening import Screening
from gateway.config.load import parse
from gateway.dossier import annual
from gateway.dossier.case import case_of
from gateway.dossier.facts import report_of
from gateway.dossier.making import made
from gateway.dossier.state import state_of
from gateway.ingestion.intake import Clock
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND, Arrivals, Mask, Samples, Times
from gateway.writing.introduction import introduce

START_NS = 1_767_614_400 * SECOND
DAY = 86_400
HOUR = 3600
CONFIG = """
[gateway]
name = "bench"
[sites.s]
[assets.freezer]
site = "s"
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
client_id = "bench"
[[sources.broker.topics]]
pattern = "cryo/{device}"
payload = "json"
[sources.broker.topics.options]
readings = [{ address = "{device}", value_pointer = "/t" }]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
"""
CHANNEL = """
[channels.probe-{number}]
asset = "freezer"
source = "broker"
address = "p{number}"
profile = "p"
"""


class _Done(threading.Event):
    """Set from the start: a run ends when it has caught up."""

    def __init__(self) -> None:
        super().__init__()
        self.set()


class _At(Clock):
    """Stands behind all readings."""

    trusted = True

    def __init__(self, at_ns: int) -> None:
        self._at_ns = at_ns

    def now_ns(self) -> int:
        return self._at_ns

    def trusted_at(self, received: Times) -> Mask:
        return np.full(len(received), True)

    def stood_s(self) -> float:
        return 0.0


def main() -> None:
    """Print what a report took, by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--probes", type=int, default=4)
    parser.add_argument("--assets", type=int, default=500, help="each with an excursion every month; 0: none")
    asked = parser.parse_args()
    _excursion(asked)
    if asked.assets:
        _year(asked.assets)


def _excursion(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _measured(folder, asked.days, asked.probes)
        with (
            Journal.open_reading(folder / "journal.sqlite") as journal,
            Records(folder / "records.sqlite") as records,
        ):
            before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began, alarm = time.process_time(), next(iter(records.book.alarms(closed=True))).id
            case = case_of(journal, records, alarm)
            pdf = made(report_of(case), "both", "a4")
            took_s = time.process_time() - began
    readings = asked.days * asked.probes * DAY
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{asked.days} days of {asked.probes} probes at 1 Hz, {readings / 1e6:.2f} million readings")
    print(f"  report    {took_s:7.2f} s of processor time, {len(pdf) / 1e6:.1f} MB")
    print(f"  memory    {peak_kb / 1024:7.0f} MB at most, {before_kb / 1024:.0f} MB before")


def _year(assets: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _twelve_each(folder, assets)
        with (
            Journal.open_reading(folder / "journal.sqlite") as journal,
            Records(folder / "records.sqlite") as records,
        ):
            began = time.process_time()
            pdf = made(annual.report_of(state_of(journal), records, 2026), "both", "a4")
            took_s = time.process_time() - began
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"a year of {assets} assets with {12 * assets} excursions")
    print(f"  report    {took_s:7.2f} s of processor time, {len(pdf) / 1e6:.1f} MB")
    print(f"  memory    {peak_kb / 1024:7.0f} MB at most")


def _twelve_each(folder: Path, assets: int) -> None:
    """One excursion of ten minutes each month in each asset."""
    end_ns = START_NS + 360 * DAY * SECOND
    tables = [f'[assets.vessel-{k}]\nsite = "s"' for k in range(assets)]
    tables += [
        f"{CHANNEL.format(number=k)}no_data_after_s = 3e8\n".replace('"freezer"', f'"vessel-{k}"')
        for k in range(assets)
    ]
    configuration = parse(tomllib.loads(CONFIG + "\n".join(tables)), folder / "cryogate.toml")
    with Journal.open(folder / "journal.sqlite", lambda: end_ns) as journal:
        introduce(configuration, journal, START_NS)
        numbers = np.array(
            list(journal.channel_numbers([f"probe-{k}" for k in range(assets)]).values()), np.int32
        )
        for month in range(12):
            for second, value in ((0, -160.0), (60, -140.0), (660, -160.0)):
                at = np.full(assets, START_NS + (month * 29 * DAY + second) * SECOND)
                samples = Samples(at, numbers, np.full(assets, value), np.zeros(assets, np.uint8))
                journal.commit(Arrivals(samples, at + 20_000_000))
    with (
        Journal.open(folder / "journal.sqlite", lambda: end_ns) as journal,
        Records(folder / "records.sqlite") as records,
    ):
        Screening(configuration, journal, records, threading.Condition(), _At(end_ns)).run(_Done())


def _measured(folder: Path, days: int, probes: int) -> None:
    """A journal with an excursion that begins in the first hour and ends in the last one."""
    end_ns = START_NS + days * DAY * SECOND
    text = CONFIG + "".join(CHANNEL.format(number=k) for k in range(probes))
    configuration = parse(tomllib.loads(text), folder / "cryogate.toml")
    with Journal.open(folder / "journal.sqlite", lambda: end_ns) as journal:
        introduce(configuration, journal, START_NS)
        numbers = list(journal.channel_numbers([f"probe-{k}" for k in range(probes)]).values())
        for hour in range(days * 24):
            journal.commit(_hour(hour, days * 24, numbers))
    journal = Journal.open(folder / "journal.sqlite", lambda: end_ns)
    records = Records(folder / "records.sqlite")
    Screening(configuration, journal, records, threading.Condition(), _At(end_ns)).run(_Done())


def _hour(hour: int, hours: int, numbers: list[int]) -> Arrivals:
    dice, second = np.random.default_rng(hour), np.arange(HOUR)
    warm = -140.0 if 0 < hour < hours - 1 else -160.0
    parts = []
    for place, number in enumerate(numbers):
        level = warm if place == 0 else -160.0
        value = np.round(level + dice.normal(0.0, 0.1, HOUR), 2)
        time_ns = START_NS + (hour * HOUR + second) * SECOND
        parts.append(Samples(time_ns, np.full(HOUR, number, np.int32), value, np.zeros(HOUR, np.uint8)))
    samples = Samples.concatenate(parts)
    return Arrivals(samples, samples.time + 20_000_000)


if __name__ == "__main__":
    main()
