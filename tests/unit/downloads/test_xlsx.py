# ruff: noqa: DTZ001 - cells of workbooks have no zone
"""Workbooks: dates as Excel holds them, numbers as they are, and nothing that nobody measured."""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from gateway.downloads import xlsx
from gateway.errors import InputError
from gateway.tables.cells import Column
from gateway.tables.options import Options
from gateway.times import format_rfc3339

OPTIONS = Options((Column("A"),), time_format="excel", time_zone="Europe/Berlin")
NOON = datetime.datetime(2026, 7, 1, 12, 0)


def workbook(*rows: Any, **more: Any) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name in more.get("sheets", ()):
        book.create_sheet(name)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_cells_with_dates_are_local_times() -> None:
    found = xlsx.read(
        workbook(("time", "A"), (NOON, -195.8), (NOON + datetime.timedelta(minutes=5), -80)), OPTIONS
    )
    (series,) = found.series
    assert [format_rfc3339(t)[:19] for t in series.time] == ["2026-07-01T10:00:00", "2026-07-01T10:05:00"]
    assert series.value.tolist() == [-195.8, -80.0]
    assert (found.lines.taken, found.lines.header) == (2, 1)


def test_cells_are_counted_as_they_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide row makes each row below it as wide."""
    monkeypatch.setattr(xlsx, "MOST_CELLS", 40)
    assert xlsx.read(workbook(("time", "A"), (NOON, 1.0)), OPTIONS).series
    with pytest.raises(InputError, match="cells; split it"):
        xlsx.read(workbook(("time", "A", *"x" * 16), (NOON, 1.0), (NOON, 2.0)), OPTIONS)


def test_a_serial_number_of_excel_is_rounded_to_its_second() -> None:
    """5 minutes are no number of days that a float has."""
    times = [NOON + datetime.timedelta(minutes=5 * i) for i in range(300)]
    (series,) = xlsx.read(workbook(("time", "A"), *((t, 1) for t in times)), OPTIONS).series
    assert {int(t) % 300_000_000_000 for t in series.time} == {0}


def test_lines_above_text_times_units_below_and_a_footer() -> None:
    data = workbook(
        ("Serial Number: 4711",), (), ("Zeit", "A", None), (None, "°C"), ("05.01.2026 24:00", "-195,8"),
        ("Summary", 3),
    )  # fmt: skip
    options = replace(
        OPTIONS, header="found", skip_rows=1, footer=("Summary",), time_columns=("Zeit",), decimal=",",
        time_format="%d.%m.%Y %H:%M",
    )  # fmt: skip
    found = xlsx.read(data, options)
    assert found.about == {"Serial Number": "4711"}
    assert [format_rfc3339(t)[:16] for t in found.series[0].time] == ["2026-01-05T23:00"]
    assert (found.lines.taken, found.lines.header) == (1, 5)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(NOON, "=A1+1")], "line 2: A: '=A1.1' is not a number"),
        ([(46027.5, 1)], "line 2: '46027.5' is no cell with a date and time"),
        ([("yesterday", 1)], "is no cell with a date and time"),
        ([(NOON, 1), (NOON - datetime.timedelta(1), 1)], "line 3: the time goes back"),
        ([(NOON, 1, 2)], "line 2: 3 cells where the header has 2"),
        ([(NOON, "#N/A")], "is not a number"),
        ([(NOON, True)], "is not a number"),
    ],
)
def test_what_is_no_reading_is_a_mistake_with_its_line(rows: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        xlsx.read(workbook(("time", "A"), *rows), OPTIONS)


def test_of_several_sheets_one_is_named() -> None:
    data = workbook(("time", "A"), (NOON, 1), sheets=["Other"])
    with pytest.raises(InputError, match="say which one; the workbook has 'Sheet', 'Other'"):
        xlsx.read(data, OPTIONS)
    assert len(xlsx.read(data, replace(OPTIONS, sheet="Sheet")).series[0].time) == 1
    with pytest.raises(InputError, match="there is no 'X'"):
        xlsx.read(data, replace(OPTIONS, sheet="X"))


def test_what_is_no_workbook() -> None:
    for data in (b"", b"time,A\n", b"PK\x03\x04 and so on"):
        with pytest.raises(InputError, match="not a workbook"):
            xlsx.read(data, OPTIONS)


def test_a_zip_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LARGEST_UNPACKED", 2**20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (2**20 + 1))
    with pytest.raises(InputError, match="larger than 1 MiB when it is unpacked"):
        xlsx.read(packed.getvalue(), OPTIONS)
    monkeypatch.setattr(xlsx, "LARGEST_UNPACKED", 2**22)
    monkeypatch.setattr(xlsx, "SMALL", 2**18)
    with pytest.raises(InputError, match="no logger writes such a workbook"):
        xlsx.read(packed.getvalue(), OPTIONS)


def test_a_zip_of_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_PARTS", 3)
    with pytest.raises(InputError, match="parts, at most 3 are read"):
        xlsx.read(workbook(("time", "A"), (NOON, 1)), OPTIONS)


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE s [<!ENTITY a0 "ha">{LAUGHS}]>',
        '<!DOCTYPE s [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a9 "1">]>',
    ],
)
def test_entities_of_xml_neither_expand_nor_read_a_file(doctype: str) -> None:
    """Ten to the ninth laughs, a file of this machine, and something from elsewhere."""
    packed, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(workbook(("time", "A"), (NOON, 1))))
    with zipfile.ZipFile(packed, "w") as archive:
        for part in source.namelist():
            text = source.read(part).decode()
            if part == SHEET:
                text = doctype + text.replace("<v>1</v>", "<v>&a9;</v>")
                assert "&a9;" in text
            archive.writestr(part, text)
    with pytest.raises(InputError):
        xlsx.read(packed.getvalue(), OPTIONS)


def test_numbers_beside_text_with_a_decimal_comma() -> None:
    """A workbook needs no separator for it."""
    data = workbook(("time", "A"), (NOON, -195.8), (NOON, "-195,9"), (NOON, -196))
    found = xlsx.read(data, replace(OPTIONS, decimal=","))
    assert found.series[0].value.tolist() == [-195.8, -195.9, -196.0]


def test_rows_that_are_passed_over_and_can_be_read_are_said() -> None:
    data = workbook((NOON, 7), ("time", "A"), (NOON, 8), (NOON, 1))
    found = xlsx.read(data, replace(OPTIONS, skip_lines=1, skip_rows=1))
    assert [remark.split(" is ")[0] for remark in found.lines.remarks] == ["line 1", "line 3"]
    assert found.series[0].value.tolist() == [1]


FORMATS = {
    '0.0" °F"': {"degF"},
    "0.0\\ \\°\\F": {"degF"},
    '0.0"°C"': {"degC"},
    "0.0 ℃": {"degC"},
    "0.0°F": {"degF"},
    '0.00"K"': {"K"},
    '[Red][<-150]0.0" °F";0.0': {"degF"},
    "[$°F-409]0.0": {"degF"},
    '0.0_F;(0.0)"fine"': set(),
    '0.0" F";-0.0" F"': {"degF"},
    "0.0\\F;\\-0.0\\F": {"degF"},
    '0.0"K";[Red]-0.0"K"': {"K"},
    '0.0" F";"low; or less"': {"degF"},
    '0.0" °C";-0.0" °F"': {"degC", "degF"},
    "0.0%": {"%"},
    "General": set(),
    "#,##0.00_);[Red](#,##0.00)": set(),
    "[$-409]0.0": set(),
}


@pytest.mark.parametrize("number_format", FORMATS)
@pytest.mark.parametrize("unit", ["degC", "degF", "K"])
def test_a_unit_that_is_shown_beside_the_number_has_to_be_that_of_the_column(
    number_format: str, unit: str
) -> None:
    """Excel shows -94.0 °F; the cell holds -94, which was read as degC."""
    book = openpyxl.Workbook()
    for row in (("time", "A", "B"), (NOON, -94.0, -94.0), (NOON + datetime.timedelta(minutes=5), -93.0, 1.0)):
        book.active.append(row)
    book.active["B1"].number_format = book.active["C2"].number_format = (
        '0.0" °F"'  # of text, and of no column
    )
    book.active["B3"].number_format = number_format
    made = io.BytesIO()
    book.save(made)
    options = replace(OPTIONS, columns=(Column("A", unit=unit),))
    if FORMATS[number_format] <= {unit}:
        assert xlsx.read(made.getvalue(), options).series[0].value.tolist() == [-94.0, -93.0]
        return
    with pytest.raises(InputError, match="line 3: column 'A' is shown as"):
        xlsx.read(made.getvalue(), options)


def test_how_a_summary_above_or_below_is_shown_is_all_the_same() -> None:
    book = openpyxl.Workbook()
    summary = ("Alarm time", 0.05)
    for row in (summary, ("time", "A"), (NOON, -94.0), (NOON + datetime.timedelta(minutes=5), -93.0)):
        book.active.append(row)
    book.active.append(("Mean", 0.5))
    book.active["B1"].number_format = '0.0" °F"'
    book.active["B5"].number_format = "0%"
    made = io.BytesIO()
    book.save(made)
    options = replace(OPTIONS, header="found", footer="Mean")
    assert xlsx.read(made.getvalue(), options).series[0].value.tolist() == [-94.0, -93.0]
