"""Files of one day each: exactly once from whatever earlier state, and a state that stays small."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest

from gateway.model import Arrivals, Samples
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.csv import DAY_NS, Options, Sink
from gateway.sinks.day_files import OPEN_FILES, DayFiles

PLACES = FixedPlaces({1: Place("top")})


def batch(first: int, days: list[int]) -> Arrivals:
    """Readings with the values first, first + 1, ..., received on these days."""
    time = np.array(days, np.int64) * DAY_NS
    value = np.arange(first, first + len(days), dtype=np.float64)
    samples = Samples(time, np.ones(len(days), np.int32), value, np.zeros(len(days), np.uint8))
    return Arrivals(samples, time)


def found(folder: Path) -> list[tuple[int, float]]:
    """Day of the file and value, of every row that there is."""
    rows = []
    for path in folder.glob("*.csv"):
        day = (np.datetime64(path.name[9:19]) - np.datetime64("1970-01-01")).astype(int)
        with path.open(newline="") as file:
            rows += [(int(day), float(row["value"])) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row[1])


@pytest.mark.parametrize("seed", range(40))
def test_every_row_once_from_whatever_earlier_state(tmp_path: Path, seed: int) -> None:
    """The clock goes to and fro, and the batches that come again are cut elsewhere."""
    dice = random.Random(seed)
    days = [dice.choice([20_000, 20_001, 20_002, 20_003, 20_010, 19_000, 20_100]) for _ in range(60)]
    sink = Sink(Options(str(tmp_path / "out")))
    states = [(0, sink.resume(None))]
    while (at := states[-1][0]) < len(days):
        if dice.random() < 0.3:
            states = states[: dice.randrange(len(states)) + 1]
            sink = Sink(Options(str(tmp_path / "out")))
            sink.resume(states[-1][1])
            at = states[-1][0]
        until = min(len(days), at + dice.randint(1, 12))
        states.append((until, sink.write(batch(at, days[at:until]), PLACES).state))
    assert found(tmp_path / "out") == [(day, float(i)) for i, day in enumerate(days)]


def test_the_state_stays_small(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    for day in range(20_000, 20_050):
        state = sink.write(batch(day, [day]), PLACES).state
    assert len(json.loads(state)["open"]) == OPEN_FILES
    assert len(list((tmp_path / "out").iterdir())) == 50


def test_a_closed_file_is_not_touched_again(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    for day in (20_000, 20_001, 20_002, 20_003):
        sink.write(batch(day, [day]), PLACES)
    closed = (tmp_path / "out" / "readings-2024-10-04.csv").read_bytes()
    sink.write(batch(1, [20_000]), PLACES)
    assert (tmp_path / "out" / "readings-2024-10-04.csv").read_bytes() == closed
    assert (tmp_path / "out" / "readings-2024-10-04-more-1.csv").exists()


def test_a_state_of_the_first_version_is_the_sizes_of_all_files() -> None:
    sizes = {f"readings-2026-01-{day:02}.csv": day for day in range(1, 9)} | {"alarms-2026-01-01.csv": 5}
    files = DayFiles.of_state(json.dumps(sizes).encode())
    assert files.open == {
        "alarms-2026-01-01.csv": 5,
        "readings-2026-01-06.csv": 6,
        "readings-2026-01-07.csv": 7,
        "readings-2026-01-08.csv": 8,
    }
    assert (files.closed, files.more) == ({"readings": 20_458}, 1)
