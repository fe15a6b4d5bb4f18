"""The Parquet archive: every reading once, whatever a crash left behind, and readable by others' readers."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from gateway.errors import LinkDown
from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.parquet import DAY_NS, Options, Sink
from gateway.times import parse_rfc3339
from tests.system.alarm_changes import BASE_NS, fault, life, unknown

PLACES = FixedPlaces(
    {
        1: Place("top", "pudong", "freezer-1", "top", "temperature", "degC"),
        2: Place("液位", "pudong", "freezer-1", "", "level", "mm"),
        3: Place("gone"),
    }
)
DAY = "2026-01-05"
Row = tuple[str, int, float | None, str, int]


def arrivals(*rows: tuple[str, int, float, Quality], received: str | None = None) -> Arrivals:
    """(time, channel, value, quality); received 1 ns later, or all at `received`."""
    time = np.array([parse_rfc3339(r[0]) for r in rows], np.int64)
    samples = Samples(
        time,
        np.array([r[1] for r in rows], np.int32),
        np.array([r[2] for r in rows]),
        np.array([r[3] for r in rows], np.uint8),
    )
    return Arrivals(samples, time + 1 if received is None else np.full(len(rows), parse_rfc3339(received)))


def some(first: int, count: int) -> Arrivals:
    """Of three channels in turn, one in 20 minutes; every seventh is received a day late."""
    number = np.arange(first, first + count)
    time = BASE_NS + number * 1200 * SECOND
    quality = np.where(number % 5 == 3, Quality.BAD, number % 2).astype(np.uint8)
    value = np.where(quality == Quality.BAD, np.nan, number * 0.01)
    received = time + np.where(number % 7 == 0, DAY_NS, 1)
    return Arrivals(Samples(time, (number % 3 + 1).astype(np.int32), value, quality), received)


def expected(batch: Arrivals) -> list[Row]:
    s = batch.samples
    return sorted(
        (PLACES[c].channel, t, None if v != v else v, Quality(q).name.lower(), r)
        for c, t, v, q, r in zip(
            s.channel.tolist(),
            s.time.tolist(),
            s.value.tolist(),
            s.quality.tolist(),
            batch.received.tolist(),
            strict=True,
        )
    )


def rows(folder: Path) -> list[Row]:
    """What stands in parts."""
    if not (folder / "readings").exists():
        return []
    table = ds.dataset(folder / "readings", partitioning="hive").to_table()
    names = ("channel", "time", "value", "quality", "received")
    columns = [table[n].cast("int64") if n in ("time", "received") else table[n] for n in names]
    return sorted(zip(*(column.to_pylist() for column in columns), strict=True))


def parts(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.glob("*/*/*"))


def made(folder: Path, **options: Any) -> Sink:
    return Sink(Options(str(folder), **options))


def test_readings_come_out_as_they_are_sorted_by_channel_and_time(tmp_path: Path) -> None:
    sink = made(tmp_path, most_readings=4)
    sink.resume(None)
    sink.write(
        arrivals(
            (f"{DAY}T11:00:01Z", 2, 0.1, Quality.UNCERTAIN),
            (f"{DAY}T11:00:01Z", 1, -196.125, Quality.GOOD),
            (f"{DAY}T11:00:00.000000007Z", 1, np.nan, Quality.BAD),
            (f"{DAY}T11:00:00Z", 3, np.nan, Quality.NO_DATA),
        ),
        PLACES,
    )
    (path,) = (tmp_path / "readings").glob("*/*")
    assert str(path.relative_to(tmp_path)) == f"readings/day={DAY}/part-000001.parquet"
    table = pq.read_table(path, partitioning=None)
    assert table.column_names == [
        "time", "channel", "site", "asset", "zone", "quantity", "unit", "value", "quality", "received",
    ]  # fmt: skip
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    columns = ("channel", "asset", "unit", "value", "quality")
    found = list(zip(*(table[name].to_pylist() for name in columns), strict=True))
    assert found == [
        ("gone", "", "", None, "no_data"),
        ("top", "freezer-1", "degC", None, "bad"),
        ("top", "freezer-1", "degC", -196.125, "good"),
        ("液位", "freezer-1", "mm", 0.1, "uncertain"),
    ]
    assert table["time"].cast("int64").to_pylist()[1] % SECOND == 7


def test_a_day_is_one_part_and_late_data_another_in_its_folder(tmp_path: Path) -> None:
    sink = made(tmp_path)
    sink.resume(None)
    for hour in (1, 2, 23):
        sink.write(arrivals((f"{DAY}T{hour:02}:00:00Z", 1, 1.0, Quality.GOOD)), PLACES)
    assert parts(tmp_path) == []
    sink.write(arrivals(("2026-01-06T00:00:00Z", 1, 1.0, Quality.GOOD)), PLACES)
    assert parts(tmp_path) == [f"readings/day={DAY}/part-000001.parquet"]
    late = arrivals((f"{DAY}T12:00:00Z", 1, 2.0, Quality.GOOD), received="2026-01-06T12:00:00Z")
    sink.write(late, PLACES)
    sink.write(arrivals(("2026-01-07T00:00:00Z", 1, 1.0, Quality.GOOD)), PLACES)
    assert parts(tmp_path) == [
        f"readings/day={DAY}/part-000001.parquet",
        f"readings/day={DAY}/part-000002.parquet",
        "readings/day=2026-01-06/part-000002.parquet",
    ]
    assert len(rows(tmp_path)) == 5


def test_a_part_an_hour(tmp_path: Path) -> None:
    sink = made(tmp_path, every="hour")
    sink.resume(None)
    for minute in (0, 30, 59, 60):
        at = f"{DAY}T{10 + minute // 60}:{minute % 60:02}:00Z"
        sink.write(arrivals((at, 1, 1.0, Quality.GOOD)), PLACES)
    assert [len(rows(tmp_path)), len(parts(tmp_path))] == [3, 1]


@pytest.mark.parametrize("seed", range(6))
def test_crashes_anywhere_leave_every_reading_once(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a step of the disk, or before the state was stored; what comes again may have grown."""
    dice = random.Random(seed)
    left = [0]

    def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return real(*arguments, **named)

        return step

    for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "unlink"), (Path, "mkdir")):
        monkeypatch.setattr(owner, name, mortal(getattr(owner, name)))
    state, written, total, crashes = None, 0, 400, 0
    told = [*life(), fault(), unknown()]
    alarms = 0
    while written < total:
        sink = made(tmp_path, most_readings=dice.choice((10, 25, 100)))
        left[0] = dice.randint(1, 40)
        try:
            state = sink.resume(state)
            while written < total:
                count = min(dice.randint(1, 30), total - written)
                after = sink.write(some(written, count), PLACES).state
                if dice.random() < 0.2:
                    raise KeyboardInterrupt
                state, written = after, written + count
                if alarms < len(told):
                    state, alarms = sink.write_alarms(told[alarms : alarms + 1]).state, alarms + 1
        except KeyboardInterrupt:
            crashes += 1
    left[0] = 0
    sink = made(tmp_path, most_readings=1)
    sink.resume(state)
    sink.write(some(total, 1), PLACES)
    assert crashes > 5
    assert rows(tmp_path) == expected(some(0, total + 1))
    numbers = ds.dataset(tmp_path / "alarms", partitioning="hive").to_table()["number"].to_pylist()
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    assert not [p for p in parts(tmp_path) if "/." in p]


def test_what_a_crash_left_of_a_part_is_removed_and_other_files_stay(tmp_path: Path) -> None:
    sink = made(tmp_path, most_readings=1)
    sink.resume(None)
    state = sink.write(some(0, 1), PLACES).state
    folder = next((tmp_path / "readings").iterdir())
    for name in (
        ".part-000002.parquet",
        "part-000002.parquet",
        "part-000003.parquet",
        "part-mine.parquet",
        "x.txt",
    ):
        (folder / name).write_text("left")
    made(tmp_path).resume(state)
    assert sorted(p.name for p in folder.iterdir()) == ["part-000001.parquet", "part-mine.parquet", "x.txt"]


def test_a_sink_under_a_new_name_goes_on_behind_the_parts_that_are_there(tmp_path: Path) -> None:
    for _ in range(2):
        sink = made(tmp_path, most_readings=1)
        sink.resume(None)
        sink.write(some(0, 1), PLACES)
    assert [p[-len("part-000001.parquet") :] for p in parts(tmp_path)] == [
        "part-000001.parquet",
        "part-000002.parquet",
    ]


def test_a_folder_that_lost_what_was_not_in_a_part_is_told(tmp_path: Path) -> None:
    sink = made(tmp_path)
    sink.resume(None)
    state = sink.write(some(0, 10), PLACES).state
    shutil.rmtree(tmp_path / ".open")
    with pytest.raises(LinkDown, match="lacks readings that are in no part yet; put the folder back"):
        made(tmp_path).resume(state)


def test_alarms_stand_beside_the_readings(tmp_path: Path) -> None:
    sink = made(tmp_path, most_readings=1)
    sink.resume(None)
    sink.write_alarms([*life(), fault(), unknown()])
    assert parts(tmp_path) == []
    sink.write(some(0, 1), PLACES)
    (path,) = (tmp_path / "alarms").glob("*/*")
    found = pq.read_table(path, partitioning=None).to_pylist()
    assert [(r["number"], r["change"], r["id"], r["state"]) for r in found] == [
        (1, "raised", "E-7Q2M9XKD", "unacknowledged"),
        (2, "acknowledged", "E-7Q2M9XKD", "acknowledged"),
        (3, "amended", "E-7Q2M9XKD", "acknowledged"),
        (4, "returned", "E-7Q2M9XKD", "closed"),
        (5, "raised", "F-1", "unacknowledged"),
        (6, "raised", "E-2", "unacknowledged"),
    ]
    assert found[3]["end"].isoformat() == f"{DAY}T11:01:30+00:00"
    assert (found[0]["extreme"], found[5]["extreme"], found[0]["end"]) == (-140.5, None, None)
    assert json.loads(found[0]["units"])[0]["code"] == 'BAG "1",\n批'
    assert json.loads(found[5]["units"]) == "unknown"
    assert [r["ended_by"] for r in found] == [None, None, None, "returned", None, None]
    assert json.loads(found[3]["profile_versions"]) == ["1"]
    assert set(life()[0].alarm) <= set(found[0])


def test_what_an_earlier_version_did_not_know_is_null(tmp_path: Path) -> None:
    sink = made(tmp_path, most_readings=1)
    sink.resume(None)
    change, later = life()[0], ("resets", "message", "uncertainty")
    old = {name: told for name, told in change.alarm.items() if name not in later}
    sink.write_alarms([dataclasses.replace(change, alarm=old)])
    sink.write(some(0, 1), PLACES)
    (found,) = ds.dataset(tmp_path / "alarms").to_table().to_pylist()
    assert [found[name] for name in (*later, "extreme")] == [None, None, None, -140.5]


def test_others_read_it(tmp_path: Path) -> None:
    """A folder of parts as one table, with the day as a column."""
    sink = made(tmp_path, most_readings=50)
    sink.resume(None)
    for first in range(0, 300, 50):
        sink.write(some(first, 50), PLACES)
    wanted = sum(value for _, _, value, _, _ in expected(some(0, 300)) if value is not None)
    everything = tmp_path / "readings" / "*" / "*.parquet"
    by_polars = polars.scan_parquet(everything, hive_partitioning=True).collect()
    assert (len(by_polars), by_polars["value"].sum()) == (300, pytest.approx(wanted))
    assert by_polars["time"].min().isoformat() == f"{DAY}T11:00:00+00:00"
    asked = (
        f"SELECT count(*), sum(value), min(day) FROM read_parquet('{everything}', hive_partitioning = true)"
    )
    count, total, day = duckdb.sql(asked).fetchall()[0]
    assert (count, total, str(day)) == (300, pytest.approx(wanted), DAY)


@pytest.mark.parametrize("most", [0, 100_000_001])
def test_a_part_that_can_not_be(most: int) -> None:
    with pytest.raises(ValueError, match="most_readings must lie between"):
        Options("out", most_readings=most)
