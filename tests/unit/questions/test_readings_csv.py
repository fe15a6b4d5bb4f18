"""Recorded readings: whatever a file holds is either taken or refused with its line."""

from __future__ import annotations

import os
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
        ("2026-13-05T11:00:00Z,top,1", "is not a time: month"),
        ("1767610800,top,1", "integers are nanoseconds"),
        ("2026-01-05T25:00:00Z,top,1", "is not a time: hour"),
        ("2026-01-05T11:00:00+08:00Z,top,1", "not an RFC 3339 time with zone"),
        ("2026-01-05T11:00:00Z,top,warm", "'warm' is not a number"),
        ("2026-01-05T11:00:00Z,top,-195.", "'-195.' has nothing behind its decimal mark"),
        ('2026-01-05T11:00:00Z,top,"-140,5"', "'-140,5' is not a number"),
        ("2026-01-05T11:00:00Z,top,1e1000", "'1e1000' is not a number"),
        ("2026-01-05T11:00:00Z,top", "2 cells where the header has 3"),
        ("2026-01-05T11:00:00Z,top,-140,8", "4 cells where the header has 3: a decimal comma"),
        ("2026-01-05T11:00:00Z,top,1,", "4 cells where the header has 3"),
        ('2026-01-05T11:00:00Z,"top\n",1', "a cell goes on in the next line, up to line 4"),
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


def test_a_leap_second_is_the_start_of_the_next_minute(tmp_path: Path) -> None:
    found = recording(
        tmp_path, HEADER + "2016-12-31T23:59:60Z,top,1\n2017-01-01T00:00:00Z,bottom,1\n\n , ,\n"
    )
    assert found.samples.time[0] == found.samples.time[1] and not found.problems


@pytest.mark.parametrize(
    ("header", "row", "is_taken"),
    [
        ("time,channel,value", "2026-01-05T11:01:00Z,top,-19", False),
        ("time,channel,value", "2026-01-05T11:01:00Z,top,-195.", False),
        ("time,channel,value", "2026-01-05T11:01:00Z,top,", False),
        ("time,channel,value", "2026-01-05T11:01:00Z,top,-195.8", True),
        ("time,channel,value", "2026-01-05T11:01:00Z,top,nan", True),
        ("time,channel,value", '2026-01-05T11:01:00Z,top,"-195"', True),
        ("time,value,channel", "2026-01-05T11:01:00Z,-195.8,top", False),  # top2, perhaps
        ("time,value,channel", "2026-01-05T11:01:00Z,-195.8,top2", True),
        ("channel,value,time", "top,-195.8,2026-01-05T11:01:00Z", True),
        ("time,channel,value,quality", "2026-01-05T11:01:00Z,top,-195.8,", False),
        ("time,channel,value,quality", "2026-01-05T11:01:00Z,top,-195.8,UNCERTAIN", True),
        ("time,channel,value,unit", "2026-01-05T11:01:00Z,top,-195.8,", False),
        ("time,channel,value,unit", "2026-01-05T11:01:00Z,top,-195.8,degC", True),
        ("time,channel,value,received", "2026-01-05T11:01:00Z,top,-195.8,20", True),
    ],
)
def test_a_last_line_without_its_end_is_taken_only_where_it_must_be_whole(
    tmp_path: Path, header: str, row: str, is_taken: bool
) -> None:
    names = header.split(",")
    cells = {"time": "2026-01-05T11:00:00Z", "channel": "top", "value": "-195.7"}
    above = ",".join(cells.get(name, "") for name in names)
    path = tmp_path / "readings.csv"
    path.write_text(f"{header}\n{above}\n{row}")
    units = dict.fromkeys(("top", "top2"), Units("degC", "degC"))
    found = read(path, {"top": 1, "top2": 2}, units)
    assert len(found.samples) == 1 + is_taken
    assert all("line 3: the file ends within this line" in problem for problem in found.problems)
    assert read_again(path, units).refused_rows == (not is_taken and row.endswith("."))


def read_again(path: Path, units: dict[str, Units]) -> Recording:
    """The same file with its last end of line."""
    path.write_text(path.read_text() + "\n")
    return read(path, {"top": 1, "top2": 2}, units)


def test_a_quotation_mark_without_its_other_one_takes_in_no_rows(tmp_path: Path) -> None:
    rows = '2026-01-05T11:00:00Z,top,1,"x\n2026-01-05T11:01:00Z,top,2,x\n2026-01-05T11:02:00Z,top,3,x\n'
    with pytest.raises(InputError, match="line 4: not CSV"):
        recording(tmp_path, "time,channel,value,note\n" + rows)
    found = recording(tmp_path, "time,channel,value,note\n" + rows.replace("3,x", '3,"'))
    assert "goes on in the next line, up to line 4" in found.problems[0]
    assert len(found.samples) == 0


@pytest.mark.parametrize("name", ["time", "channel", "value", "quality", "unit", "Value "])
def test_of_two_columns_with_one_name_none_is_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"line 1: two columns are called {name.strip().lower()!r}"):
        recording(tmp_path, f"time,channel,value,quality,unit,{name}\n2026-01-05T11:00:00Z,top,-140,,,-196\n")


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "readings.csv")
    with pytest.raises(InputError, match="it is a pipe"):
        read(tmp_path / "readings.csv", CHANNELS, UNITS)


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


@pytest.mark.parametrize("text", ["-1.95e+02,-1.96e+02,-1.957", "-1.957,-1.95e+02,-1.96e+02", "1e-5,1e-5,1"])
def test_a_number_that_may_have_lost_its_exponent_is_no_reading(tmp_path: Path, text: str) -> None:
    """Cut off, and given its end of line by an editor; to leave out bad rows does not help."""
    rows = [f"2026-01-05T11:00:0{i}Z,top,{value}\n" for i, value in enumerate(text.split(","))]
    with pytest.raises(InputError, match=r"line [24]: '-?1.*' has no exponent"):
        recording(tmp_path, HEADER + "".join(rows))
    mixed = "".join(row.replace("top", "bottom") for row in rows if "e" not in row)
    assert (
        len(
            recording(tmp_path, HEADER + "".join(rows).replace(mixed.replace("bottom", "top"), mixed)).samples
        )
        == 3
    )
