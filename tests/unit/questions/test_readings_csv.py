"""Recorded readings: whatever a file holds is either taken or refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.errors import InputError
from gateway.model import Quality
from gateway.questions import readings_csv
from gateway.questions.readings_csv import Recording, Units, read
from gateway.text import csv_cell

CHANNELS = {"top": 3, "bottom": 7, "kelvin": 9}
UNITS = {"top": Units("degC", "degC"), "bottom": Units("degC", "degC"), "kelvin": Units("degC", "K")}
HEADER = "time,channel,value\n"


def recording(tmp_path: Path, text: str | bytes) -> Recording:
    path = tmp_path / "readings.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, CHANNELS, UNITS)


def test_times_with_a_zone_and_integer_nanoseconds_mean_the_same(tmp_path: Path) -> None:
    found = recording(
        tmp_path,
        HEADER
        + "2026-01-05T11:00:00Z,top,-196.1\n"
        + "2026-01-05T11:00:00.000000001Z,top,-196.2\n"
        + "2026-01-05T19:00:00.5+08:00,bottom,-190\n"
        + "1767610800000000000,bottom,-191\n",
    )
    base = 1_767_610_800 * 10**9
    assert found.samples.time.tolist() == [base, base + 1, base + 500_000_000, base]
    assert found.samples.channel.tolist() == [3, 3, 7, 7]
    assert found.samples.value.tolist() == [-196.1, -196.2, -190.0, -191.0]
    assert not found.samples.quality.any()


def test_columns_in_any_order_a_byte_order_mark_and_columns_nobody_asked_for(tmp_path: Path) -> None:
    text = "\ufeffquality,Value,received,channel,Time\nuncertain,-1.5,x,top,2026-01-05T11:00:00Z\n"
    found = recording(tmp_path, text)
    assert found.samples.value.tolist() == [-1.5]
    assert found.samples.quality.tolist() == [Quality.UNCERTAIN]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-80", "@home", "'=1", "＝1", "[/]", "top"])
def test_a_name_stands_there_as_it_is_or_as_an_export_writes_it(tmp_path: Path, name: str) -> None:
    for cell in (name, csv_cell(name)):
        path = tmp_path / "readings.csv"
        path.write_text(f"{HEADER}2026-01-05T11:00:00Z,{cell},-2\n")
        found = read(path, {"other": 1, name: 2}, {name: Units("degC", "degC")})
        assert (found.problems, found.samples.channel.tolist(), found.assumed) == ((), [2], {name})


def test_of_two_names_that_differ_by_an_apostrophe_each_comes_back_from_an_export(tmp_path: Path) -> None:
    names = {"=1": 1, "'=1": 2, "''=1": 3}
    path = tmp_path / "readings.csv"
    path.write_text(HEADER + "".join(f"2026-01-05T11:00:00Z,{csv_cell(name)},-2\n" for name in names))
    found = read(path, names, dict.fromkeys(names, Units("degC", "degC")))
    assert found.samples.channel.tolist() == [1, 2, 3]


@pytest.mark.parametrize("value", ["", " ", "nan", "inf", "-Infinity", "1e12"])
def test_a_value_that_is_no_temperature_is_a_bad_reading_and_not_left_out(tmp_path: Path, value: str) -> None:
    found = recording(tmp_path, HEADER + f"2026-01-05T11:00:00Z,top,{value}\n")
    assert found.samples.quality.tolist() == [Quality.BAD]
    assert np.isnan(found.samples.value).all()


def test_a_bad_reading_keeps_no_value(tmp_path: Path) -> None:
    found = recording(tmp_path, "time,channel,value,quality\n2026-01-05T11:00:00Z,top,5,bad\n")
    assert np.isnan(found.samples.value).all()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01-05T11:00:00Z,tpo,1", "unknown channel 'tpo'; did you mean 'top'?"),
        ("2026-01-05T11:00:00,top,1", "not an RFC 3339 time with zone"),
        ("2026-13-05T11:00:00Z,top,1", "Month"),
        ("1767610800,top,1", "integers are nanoseconds"),
        ("2026-01-05T11:00:00Z,top,warm", "could not convert string to float"),
        ("2026-01-05T11:00:00Z,top", "2 columns, expected at least 3"),
        ("1e400,top,1", "not an RFC 3339 time"),
        ("99999999999999999999999,top,1", ""),
    ],
)
def test_a_row_that_can_not_be_taken_is_named_and_the_others_are(
    tmp_path: Path, row: str, reason: str
) -> None:
    good = "2026-01-05T11:00:00Z,top,1\n"
    found = recording(tmp_path, HEADER + good + row + "\n" + good)
    assert len(found.samples) == 2
    assert found.refused_rows == 1
    assert found.problems[0].startswith("line 3: ") and reason in found.problems[0]


def test_an_unknown_quality_is_refused(tmp_path: Path) -> None:
    found = recording(tmp_path, "time,channel,value,quality\n2026-01-05T11:00:00Z,top,5,fine\n")
    assert "quality 'fine' is none of good, uncertain, bad, no_data" in found.problems[0]


def test_problems_are_bounded_but_counted(tmp_path: Path) -> None:
    found = recording(tmp_path, HEADER + "x,top,1\n" * 500)
    assert (len(found.problems), found.refused_rows) == (readings_csv.MOST_PROBLEMS, 500)


def test_blocks_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"2026-01-05T11:00:{s:02d}Z,{'top' if s % 2 else 'bottom'},{s}\n" for s in range(60))
    whole = recording(tmp_path, HEADER + rows)
    monkeypatch.setattr(readings_csv, "BLOCK", 7)
    cut = recording(tmp_path, HEADER + rows)
    for column in ("time", "channel", "value", "quality"):
        assert getattr(whole.samples, column).tolist() == getattr(cut.samples, column).tolist()


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "time,channel\n"])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="line 1: no column"):
        recording(tmp_path, text)


def test_a_unit_that_is_given_is_converted_and_one_that_is_not_is_named(tmp_path: Path) -> None:
    text = "time,channel,value,unit\n2026-01-05T11:00:00Z,top,123.15,K\n2026-01-05T11:00:00Z,bottom,-196.1,\n"
    found = recording(tmp_path, text)
    assert found.samples.value.tolist() == [-150.0, -196.1]
    assert found.assumed == {"bottom"}
    assert recording(tmp_path, text.replace("K", "kPa")).problems == (
        "line 2: unit 'kPa' does not fit; known: K, degC, degF",
    )
    assert recording(tmp_path, HEADER + "2026-01-05T11:00:00Z,top,-196.1\n").assumed == {"top"}


def test_a_file_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not CSV in UTF-8"):
        recording(tmp_path, b"time,channel,value\n\xff\xfe,top,1\n")
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "nothing.csv", CHANNELS, UNITS)


@pytest.mark.parametrize("header", [HEADER, "time,channel,value,unit\n"])
def test_a_value_without_a_unit_is_in_that_of_its_channel(tmp_path: Path, header: str) -> None:
    end = "," if "unit" in header else ""
    rows = f"2026-01-05T11:00:00Z,kelvin,123.15{end}\n2026-01-05T11:00:01Z,top,-190{end}\n"
    found = recording(tmp_path, header + rows)
    assert found.samples.value.tolist() == pytest.approx([-150.0, -190.0])
    assert found.assumed == {"kelvin", "top"}


@pytest.mark.parametrize("value", ["1_000", "\u0663", "\uff11\uff12", "\u2212190"])
def test_what_python_alone_takes_for_a_number_is_none(tmp_path: Path, value: str) -> None:
    found = recording(tmp_path, HEADER + f"2026-01-05T11:00:00Z,top,{value}\n")
    assert found.refused_rows == 1 and "is not a number" in found.problems[0]
