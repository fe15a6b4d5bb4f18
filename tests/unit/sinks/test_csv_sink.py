"""The CSV sink: exactly once, whatever a crash left behind."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.errors import LinkDown
from gateway.model import Arrivals, Quality, Samples
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.csv import ALARM_COLUMNS, HEADER, Options, Sink
from gateway.times import parse_rfc3339
from tests.system.alarm_changes import fault, life, unknown

PLACES = FixedPlaces({1: Place("top"), 2: Place("底部")})
DAY = "2026-01-05"


def arrivals(*rows: tuple[str, int, float, Quality]) -> Arrivals:
    time = np.array([parse_rfc3339(r[0]) for r in rows], np.int64)
    samples = Samples(
        time,
        np.array([r[1] for r in rows], np.int32),
        np.array([r[2] for r in rows]),
        np.array([r[3] for r in rows], np.uint8),
    )
    return Arrivals(samples, time + 1)


FIRST = arrivals(
    (f"{DAY}T11:00:00Z", 1, -196.125, Quality.GOOD), (f"{DAY}T11:00:00Z", 2, np.nan, Quality.BAD)
)
SECOND = arrivals(
    (f"{DAY}T11:00:01Z", 1, 0.1, Quality.UNCERTAIN), ("2026-01-06T00:00:00Z", 1, 1.0, Quality.GOOD)
)


def rows(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def test_readings_come_out_as_they_are(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write(FIRST, PLACES)
    assert rows(tmp_path / "out") == [
        {
            "time": f"{DAY}T11:00:00.000000000Z",
            "channel": "top",
            "value": "-196.125",
            "quality": "good",
            "received": f"{DAY}T11:00:00.000000001Z",
        },
        {
            "time": f"{DAY}T11:00:00.000000000Z",
            "channel": "底部",
            "value": "",
            "quality": "bad",
            "received": f"{DAY}T11:00:00.000000001Z",
        },
    ]


def test_one_file_a_day(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.write(SECOND, PLACES)
    assert [p.name for p in sorted((tmp_path / "out").iterdir())] == [
        "readings-2026-01-05.csv",
        "readings-2026-01-06.csv",
    ]


def test_a_batch_that_comes_again_after_a_crash_counts_once(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    state = sink.write(FIRST, PLACES).state
    sink.write(SECOND, PLACES)  # the cursor was never stored: a crash
    again = Sink(Options(str(tmp_path / "out")))
    again.resume(state)
    again.write(SECOND, PLACES)
    assert [r["value"] for r in rows(tmp_path / "out")] == ["-196.125", "", "0.1", "1.0"]


def test_a_crash_in_the_very_first_batch_counts_once(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    state = sink.resume(None)
    sink.write(FIRST, PLACES)
    again = Sink(Options(str(tmp_path / "out")))
    again.resume(state)
    again.write(FIRST, PLACES)
    assert len(rows(tmp_path / "out")) == 2


def test_a_file_that_was_there_before_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "readings-2026-01-05.csv").write_text(HEADER + "x,mine,1,good,y\n")
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write(FIRST, PLACES)
    assert [r["channel"] for r in rows(tmp_path / "out")] == ["mine", "top", "底部"]


def test_a_file_that_was_taken_away_begins_anew(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write(FIRST, PLACES)
    (tmp_path / "out" / "readings-2026-01-05.csv").unlink()
    sink.write(SECOND, PLACES)
    assert (tmp_path / "out" / "readings-2026-01-05.csv").read_text().startswith(HEADER)
    assert [r["value"] for r in rows(tmp_path / "out")] == ["0.1", "1.0"]


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the way")
    with pytest.raises(LinkDown, match="check the path and the disk"):
        Sink(Options(str(tmp_path / "out"))).write(FIRST, PLACES)


def test_what_happens_to_alarms_is_a_file_of_its_own(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write_alarms([*life(), fault()])
    sink.write_alarms([unknown()])
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["alarms-2026-01-05.csv"]
    found = rows(tmp_path / "out")
    assert [(r["recorded"][11:19], r["change"], r["id"], r["state"]) for r in found] == [
        ("11:01:01", "raised", "E-7Q2M9XKD", "unacknowledged"),
        ("11:01:02", "acknowledged", "E-7Q2M9XKD", "acknowledged"),
        ("11:01:03", "amended", "E-7Q2M9XKD", "acknowledged"),
        ("11:01:04", "returned", "E-7Q2M9XKD", "closed"),
        ("11:00:05", "raised", "F-1", "unacknowledged"),
        ("11:00:06", "raised", "E-2", "unacknowledged"),
    ]
    assert found[1]["acknowledged"] == "Li Na: door closed, \\o/"
    assert (found[0]["units"], found[4]["units"], found[5]["units"]) == (
        'holder BAG "1",\\n批',
        "",
        "unknown",
    )
    assert (found[0]["extreme"], found[5]["extreme"], found[3]["end"][:19]) == (
        "-140.5",
        "",
        f"{DAY}T11:01:30",
    )


def test_a_channel_may_be_called_anything(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write(SECOND, FixedPlaces({1: Place('top, "left"\nside'), 2: Place("x")}))
    assert [r["channel"] for r in rows(tmp_path / "out")] == ['top, "left"\\nside'] * 2


@pytest.mark.parametrize("name", ["=1+1", "+a", "-a", "@a", "＝a"])
def test_no_name_is_a_formula(tmp_path: Path, name: str) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    sink.write(SECOND, FixedPlaces({1: Place(name), 2: Place("x")}))
    sink.write_alarms([replace(unknown(), alarm={**unknown().alarm, "channel": name})])
    assert {r["channel"] for r in rows(tmp_path / "out")} >= {f"'{name}"}
    for path in (tmp_path / "out").glob("*.csv"):
        assert not re.search(r"(^|,)\"?[=+@＝]|,-a", path.read_text(), re.M), path


def test_a_crash_while_alarms_are_written_counts_once_and_leaves_readings_alone(tmp_path: Path) -> None:
    sink = Sink(Options(str(tmp_path / "out")))
    sink.resume(None)
    state = sink.write(FIRST, PLACES).state
    sink.write_alarms(life())
    again = Sink(Options(str(tmp_path / "out")))
    again.resume(state)
    again.write_alarms(life())
    again.write(SECOND, PLACES)
    assert len(rows(tmp_path / "out")) == 4 + 4


def test_a_day_begun_by_an_earlier_version_keeps_its_columns(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    file = folder / "alarms-2026-01-05.csv"
    header = ",".join(name for name in ALARM_COLUMNS if name != "ended_by")
    file.write_text(header + "\n")
    sink = Sink(Options(str(folder)))
    sink.resume(None)
    sink.write_alarms(life())
    first, *lines = file.read_text().splitlines()
    assert first == header
    with file.open(newline="") as text:
        told = list(csv.DictReader(text))
    assert len(told) == len(lines) == len(life())
    assert [row["id"] for row in told] == [change.alarm["id"] for change in life()]
    assert all(None not in row and None not in row.values() for row in told)
