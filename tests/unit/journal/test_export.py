"""Exports: the same readings, archived or not, in a file that somebody else reads."""

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from gateway.errors import InputError
from gateway.journal import hours
from gateway.journal.journal import Journal
from gateway.questions import export as module
from gateway.questions.export import export
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, noisy
from tests.unit.journal.test_rollover import rolled

ALL = (None, None)


@pytest.fixture
def journal(tmp_path):
    """Two channels; the first hours archived, the last one not."""
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as opened:
        numbers = opened.channel_numbers(["lid", "core"])
        assert numbers == {"lid": 1, "core": 2}
        opened.describe_channels({"lid": ("temperature", "degC")})
        opened.commit(noisy(500, channels=2))
        opened.commit(arrivals([(NOON_NS + HOUR_NS, 1, np.nan, 2), (NOON_NS + HOUR_NS + 1, 2, -150.12)]))
        rolled(path)
        opened.commit(noisy(300, channels=2, start_ns=NOON_NS + 2 * HOUR_NS))
        yield opened


def rows_of(path):
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="ascii"))
    table = pq.read_table(path)
    for name in ("time", "received", "device_time"):
        table = table.set_column(table.schema.get_field_index(name), name, table.column(name).cast("int64"))
    return table.to_pylist()


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_everything_comes_out_once(journal, tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(hours, "PORTION", 400)
    path, steps = tmp_path / f"all{suffix}", []
    assert export(journal, path, None, ALL, lambda *step: steps.append(step)) == 802
    rows = rows_of(path)
    samples = journal.read(None, 0, None).samples
    assert len(rows) == 802
    assert tuple(rows[0]) == module.COLUMNS
    assert {r["channel"]: r["unit"] for r in rows} == {"lid": "degC", "core": ""}
    numbers = {"lid": 1, "core": 2}
    found = sorted(
        (numbers[r["channel"]], float("nan" if r["value"] in (None, "") else r["value"]))
        for r in rows
        if r["quality"] == "good"
    )
    assert found == sorted(
        zip(
            samples.channel[samples.quality == 0].tolist(),
            samples.value[samples.quality == 0].tolist(),
            strict=True,
        )
    )
    (bad,) = [r for r in rows if r["quality"] == "bad"]
    assert not bad["value"]
    assert steps[-1] == (3, 3) and [done for done, _ in steps] == [0, 1, 2, 3]
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []


def test_json_says_what_csv_says(journal, tmp_path, monkeypatch):
    monkeypatch.setattr(hours, "PORTION", 400)
    ahead_ns, odd = NOON_NS + 9 * HOUR_NS, 'a "b"\\c 李娜'
    number = journal.channel_numbers([odd])[odd]
    journal.commit(
        arrivals([(NOON_NS + 3 * HOUR_NS, number, 0.1, 1, ahead_ns, ahead_ns), (ahead_ns, 1, -1e-9)])
    )
    for suffix in (".csv", ".json"):
        export(journal, tmp_path / f"all{suffix}", None, ALL)
    plain = [{name: value or None for name, value in row.items()} for row in rows_of(tmp_path / "all.csv")]
    found = rows_of(tmp_path / "all.json")
    assert {row["channel"] for row in found} == {"lid", "core", odd}
    values = [None if row["value"] is None else float(row["value"]) for row in plain]
    assert [row["value"] for row in found] == values
    assert [{**row, "value": 0, "unit": row["unit"] or None} for row in found] == [
        {**row, "value": 0} for row in plain
    ]


def test_times_are_exact_in_both(journal, tmp_path):
    export(journal, tmp_path / "a.csv", ["core"], (NOON_NS + HOUR_NS, NOON_NS + HOUR_NS + 2))
    (row,) = rows_of(tmp_path / "a.csv")
    assert (row["time"], row["value"]) == ("2026-01-05T13:00:00.000000001Z", "-150.12")
    export(journal, tmp_path / "a.parquet", ["core"], (NOON_NS + HOUR_NS, NOON_NS + HOUR_NS + 2))
    table = pq.read_table(tmp_path / "a.parquet")
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    assert table.column("time").cast("int64").to_pylist() == [NOON_NS + HOUR_NS + 1]


def test_the_time_that_a_wrong_clock_said_stands_beside_the_one_that_counts(journal, tmp_path):
    ahead_ns = 8 * HOUR_NS
    late_ns = NOON_NS + 3 * HOUR_NS
    journal.commit(arrivals([(late_ns, 1, -150.0, 1, late_ns, ahead_ns), (late_ns + 1, 1, -150.0)]))
    for suffix, own in ((".csv", "2026-01-05T23:00:00.000000000Z"), (".parquet", late_ns + ahead_ns)):
        path = tmp_path / f"ahead{suffix}"
        export(journal, path, ["lid"], (late_ns, None))
        assert [row["device_time"] or None for row in rows_of(path)] == [own, None]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_an_interval_without_readings_is_an_empty_table(journal, tmp_path, suffix):
    path = tmp_path / f"none{suffix}"
    assert export(journal, path, None, (0, NOON_NS - HOUR_NS)) == 0
    assert rows_of(path) == []


def test_an_empty_journal_is_an_empty_table(tmp_path):
    with Journal.open(tmp_path / "journal.sqlite") as empty:
        assert export(empty, tmp_path / "none.csv", None, ALL) == 0


def test_what_can_not_be_done_is_said_and_leaves_no_file(journal, tmp_path):
    with pytest.raises(InputError, match=r"no channel top.*it has lid, core"):
        export(journal, tmp_path / "x.csv", ["top"], ALL)
    with pytest.raises(InputError, match=r"\.parquet, \.csv, \.json or \.arrow"):
        export(journal, tmp_path / "x.xlsx", None, ALL)
    with pytest.raises(InputError, match="nowhere"):
        export(journal, tmp_path / "nowhere" / "x.csv", None, ALL)
    (tmp_path / "there.csv").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        export(journal, tmp_path / "there.csv", None, ALL)
    assert {p.name for p in tmp_path.iterdir() if p.suffix in (".csv", ".partial")} == {"there.csv"}
    assert (tmp_path / "there.csv").read_text() == "mine"
