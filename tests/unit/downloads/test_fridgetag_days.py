"""Days of a Fridge-tag that contradict themselves, each other, the report or their numbers are refused."""

from __future__ import annotations

import pytest

from gateway.errors import InputError
from tests.unit.downloads.test_fridgetag import ULTRA_LOW, read, sample


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Min T: +21.8", "Min T: +28.1", r"line 32: 'Min T' 28.1 lies above 'Max T' 23.5"),
        ("Avrg T: +22.4", "Avrg T: +24.2", r"line 32: 'Avrg T' 24.2 lies outside of 'Min T' 21.8"),
        (
            "Date: 2026-04-28",
            "Date: 2026-04-18",
            r"'Date' 2026-04-27 stands behind 2026-04-18, and the other",
        ),
        ("Date: 2026-04-28", "Date: 2026-04-29", r"'Date' 2026-04-29 stands there twice"),
        (
            "Creation: 2026-04-29",
            "Creation: 2026-04-20",
            r"line 32: 'TS Min T' 2026-04-29 09:49:00: after 'TS Rep",
        ),
        (
            "Creation: 2026-04-29 16:21",
            "Creation: 2026-04-29 15:48",
            r"line 32: 'TS Max T' .*: after 'TS Rep",
        ),
        ("Actv: 2026-01-20", "Actv: 2026-04-20", r"'TS Max T' 2026-04-19 .*: before 'TS Actv', 2026-04-20"),
        ("Date: 2026-04-29", "Date: 2026-05-29", r"line 32: 'TS Min T' 2026-05-29 .*: after"),
        (
            "Date: 2026-03-01",
            "Date: 2025-03-01",
            r"'Date' 2025-03-01 stands behind 2026-03-02, 366 days away",
        ),
        ("\n 2:\n", "\n 1:\n", r"line 45: a day with number 1, where 2 follows"),
        ("\n 2:\n", "\n", r"line 44: a day with no number, where 2 follows"),
        ("\n 1:\n", "\n 2:\n", r"line 32: a day with number 2, where 1 follows"),
        ("  Date: 2026-04-29\n", "", r"line 32: a value of a day, and no 'Date' stands above it"),
    ],
)
def test_days_that_contradict_themselves_are_refused(old: str, new: str, message: str) -> None:
    """One digit of the recorded file is another one."""
    assert old in sample()
    with pytest.raises(InputError, match=message):
        read(sample().replace(old, new, 1))


def test_days_that_are_left_out_are_said() -> None:
    found = read(sample().replace("Date: 2026-03-01", "Date: 2026-02-26"))
    assert found.lines.remarks == ("no day between 2026-02-26 and 2026-03-02: 3 left out",)
    assert read(sample()).lines.remarks == ()


def test_a_report_that_was_cut_at_the_end_of_a_day_is_told() -> None:
    """Every line that is left is whole; the signature at the end is not there."""
    lines = sample().splitlines(keepends=True)
    days = [n for n, line in enumerate(lines) if line.strip().startswith("Date:")]
    cut = "".join(lines[: days[-5] - 1])
    (remark,) = read(cut).lines.remarks
    assert remark.startswith("the report ends without its signature (`Sig:`)")


def test_numbers_of_days_need_not_be_there() -> None:
    """Of another firmware, say."""
    text = sample()
    for number in range(1, 61):
        text = text.replace(f"\n {number}:\n  Date", "\n  Date")
    assert len(read(text).series[0].time) == 239


def test_data_of_after_the_report_is_refused() -> None:
    text = ULTRA_LOW.replace("Data:", "Hist:\n TS Report Creation: 2026-01-05 12:12\nData:")
    with pytest.raises(InputError) as caught:
        read(text)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["line 17", "line 18"]


def test_a_day_that_lost_the_line_of_its_timeout_is_a_mistake() -> None:
    """With it the readings of such a day may be BAD."""
    text = sample()
    line = next(one for one in text.splitlines(keepends=True) if "t AccST" in one)
    with pytest.raises(InputError, match="no 't AccST', which other days have"):
        read(text.replace(line, "", 1))


def test_limits_that_the_file_does_not_tell_are_told_to_be_missing() -> None:
    text = "".join(one for one in sample().splitlines(keepends=True) if "T AL" not in one)
    found = read(text)
    assert found.verdicts == ()
    assert found.lines.remarks == (
        "no limit (`T AL`) of alarm 0, 1: what the device judged of it is left out",
    )
